/*
 * Takes requests, throws their bodies away without copying them (MSG_TRUNC) and answers 200. GET /stats answers with what was taken:
 * "REQUESTS BODY_BYTES". One epoll thread. Usage: sink
 */
#include "http.h"

struct connection {
  int fd;
  size_t size, left; /* bytes of a head so far; bytes of a body still to come */
  int in_body;
  char bytes[16384];
};

static unsigned long requests, body_bytes;

static int answer(struct connection *connection) {
  requests++;
  connection->in_body = 0;
  return send(connection->fd, OK, sizeof OK - 1, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int answer_stats(struct connection *connection) {
  char text[64], reply[160];
  int size = snprintf(text, sizeof text, "%lu %lu", requests, body_bytes);
  int total = snprintf(reply, sizeof reply, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", size, text);
  return send(connection->fd, reply, (size_t)total, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/* 1 to go on reading, 0 when there is nothing more now, -1 when the connection is over. */
static int read_some(struct connection *connection) {
  if (connection->in_body) {
    ssize_t got = recv(connection->fd, NULL, connection->left, MSG_TRUNC);
    if (got <= 0) return got < 0 && errno == EAGAIN ? 0 : -1;
    connection->left -= (size_t)got;
    body_bytes += (unsigned long)got;
    return connection->left > 0 ? 1 : answer(connection);
  }
  ssize_t got = recv(connection->fd, connection->bytes + connection->size, sizeof connection->bytes - connection->size, 0);
  if (got <= 0) return got < 0 && errno == EAGAIN ? 0 : -1;
  connection->size += (size_t)got;
  size_t body = 0;
  size_t head = head_length(connection->bytes, connection->size, &body);
  if (head == 0) return connection->size < sizeof connection->bytes ? 0 : -1;
  if (strncmp(connection->bytes, "GET /stats", 10) == 0) {
    connection->size = 0;
    return answer_stats(connection);
  }
  /* Nobody here sends a request before the last one was answered, so all that follows the head is its body. */
  size_t of_body = connection->size - head;
  body_bytes += of_body;
  connection->size = 0;
  connection->in_body = 1;
  connection->left = body - of_body;
  return connection->left > 0 ? 1 : answer(connection);
}

int main(void) {
  int epoll = epoll_create1(0);
  int listener = listen_and_tell();
  watch(epoll, listener, EPOLL_CTL_ADD, EPOLLIN, NULL);
  struct epoll_event events[256];
  for (;;) {
    int ready = epoll_wait(epoll, events, 256, -1);
    for (int at = 0; at < ready; at++) {
      struct connection *connection = events[at].data.ptr;
      if (connection == NULL) {
        for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
          no_delay(fd);
          connection = calloc(1, sizeof *connection);
          connection->fd = fd;
          watch(epoll, fd, EPOLL_CTL_ADD, EPOLLIN, connection);
        }
        continue;
      }
      int more;
      while ((more = read_some(connection)) > 0) continue;
      if (more == 0) continue;
      close(connection->fd);
      free(connection);
    }
  }
}
