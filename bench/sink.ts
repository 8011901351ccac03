import { createServer } from 'node:http';

/** The sink where there is no C compiler: throws bodies away, answers 200, and GET /stats with "REQUESTS BODY_BYTES". */
let requests = 0;
let bodyBytes = 0;
const server = createServer((request, response) => {
  if (request.method === 'GET') return void response.end(`${requests} ${bodyBytes}`);
  request.on('data', (chunk: Buffer) => {
    bodyBytes += chunk.length;
  });
  request.on('end', () => {
    requests++;
    response.writeHead(200, { 'Content-Type': 'application/proto', 'Content-Length': 0 }).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.stdout.write(`listening on ${address.port}\n`);
});
