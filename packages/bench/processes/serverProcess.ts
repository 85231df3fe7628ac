/**
 * The server of all benchmarks: a minimal HTTP/1.1 server for requests without a body, so that the
 * clients dominate the measurement.
 *
 *   serverProcess.ts ACCOUNTS
 */
import { createServer, type Socket } from "node:net"

const accounts = Number(process.argv[2] ?? "1000")
const applicationId = "0537b17c-ab62-491c-8085-9ac2b6206346"

const idOf = (index: number) => `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`

// About 400 bytes, like an element of the provider's list.
const listed = (index: number) =>
  JSON.stringify({
    accountId: idOf(index),
    applicationId,
    userId: idOf(index + 1e9),
    directoryId: "b1f4c2aa-5f43-4b7b-9e0e-4f1d1f2d7c11",
    name: `Account number ${index} "of" the application`,
    username: `user.${index}@example.com`,
    email: `user.${index}@example.com`,
    status: "active",
    active: true,
    createdAt: "2023-02-01T09:00:00.000Z",
    updatedAt: "2026-06-21T14:01:02.874Z"
  })

const status = (accountId: string) =>
  `{"accountId":"${accountId}","applicationId":"${applicationId}","status":"active","active":true,"createdAt":"2023-02-01T09:00:00.000Z","updatedAt":"2026-06-21T14:01:02.874Z","directory":{"data":{"tokenIssueDate":"2026-01-01T00:00:00.000Z","tokenExpiryDate":"2028-06-21T14:01:02.874Z"}}}`

const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\nconnection: keep-alive\r\n"

/** Sends the list in chunks, as fast as the client reads them. */
const sendList = (socket: Socket) => {
  socket.write(`${head}transfer-encoding: chunked\r\n\r\n`)
  let index = 0
  const more = () => {
    while (index < accounts || index === 0) {
      const elements: Array<string> = []
      const end = Math.min(accounts, index + 150)
      for (; index < end; index++) elements.push((index === 0 ? "[" : ",") + listed(index))
      if (accounts === 0) elements.push("[")
      if (index >= accounts) elements.push("]")
      const piece = elements.join("")
      const last = index >= accounts ? "0\r\n\r\n" : ""
      const isTaken = socket.write(`${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n${last}`)
      if (last !== "") return
      if (!isTaken) return void socket.once("drain", more)
    }
  }
  more()
}

const server = createServer((socket) => {
  socket.setNoDelay(true)
  let text = ""
  socket.on("data", (bytes) => {
    text += bytes.toString("latin1")
    let answers = ""
    for (let end = text.indexOf("\r\n\r\n"); end !== -1; end = text.indexOf("\r\n\r\n")) {
      const path = text.slice(text.indexOf(" ") + 1, text.indexOf(" HTTP/"))
      text = text.slice(end + 4)
      if (path.endsWith("/status")) {
        const body = status(path.split("/").at(-2) ?? "")
        answers += `${head}content-length: ${body.length}\r\n\r\n${body}`
      } else sendList(socket)
    }
    if (answers !== "") socket.write(answers)
  })
  socket.on("error", () => socket.destroy())
})

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.send?.(typeof address === "object" && address !== null ? address.port : 0)
})
