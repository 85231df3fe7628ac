// Words in which servers say what is wrong. None that is a name as well, such as "will" or "mark".
const known = new Set(
  `a about accept accepted access account accounts active add added address after again agree agreement all allowed
  already an and any api app application applications are as at authentication authorisation authorization away back
  bad base basic be because been before being between blocked body both busy but by call called calls can cannot
  change changed character characters check closed code conditions conflict connect connection contact contain
  contains content could create created credential credentials current data database date days declined delete
  deleted denied details device did different digits directory disabled do does down duplicate during each either
  element elements email empty enabled end ended entity error errors exceeded exist existing exists expected expired
  expires expiry failed failure field fields find first for forbidden format found from full gateway get given had
  has have header headers here hour hours id ids if in inactive incorrect info information input internal invalid is
  it its json key keys last later least length less letters limit limited limits link list locked logged login long
  longer maintenance malformed many match matches max maximum me message method min minimum minute minutes missing
  mobile moment more must my name need needed needs new newer no none nor not nothing now null number object occur occurred occurs of off
  offline old on once one only operation or organisation organization other out over owner parameter parameters part
  password passwords path permission permissions please post problem process processed provide provided put query
  quota rate reached read reason received refused rejected remove removed repeat request requested requests require
  required requires reset resource resources response retry revoked route same second seconds secret security see
  send sent server service session short should sign signed site some something start started status still stopped
  such support supported suspended system take taken temporarily terms than that the their them then there these they
  this those time timed timeout to today token tokens too try twice two type unable unauthorised unauthorized
  unavailable unexpected unique unknown unsupported until update updated upgrade upstream url us use used user
  username users using valid validation value values verification verified verify version very wait was way we weak
  web website were what when where which while who why with without works write wrong yet you your`.split(/\s+/)
)

// What one word is made of: "e-mail", "applicationId", "key/secret".
const seams = /[-/_'’]|(?<=[a-z])(?=[A-Z])/

/** Whether all parts of a word are such as servers use, or short numbers, and none of them is in `others`. */
export const isKnown = (word: string, others: ReadonlySet<string>): boolean =>
  word
    .split(seams)
    .map((part) => part.toLowerCase())
    .every((part) => !others.has(part) && (known.has(part) || /^(?:\d{1,3}|e|mail)$/.test(part)))

/** The words of values, however these are written. */
export const wordsOf = (values: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(values.flatMap((value) => value.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word !== ""))
