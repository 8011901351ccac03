/*
 * The floor: the least that a gateway can do. Takes a request whole, sends it on over a connection of its own, waits for the answer and
 * passes that back. One epoll thread, no parsing of bodies, no limits, no timeouts. Usage: floor UPSTREAM_PORT
 */
#include "http.h"

struct pair;
/* One of the two sockets of a pair: what epoll hands back. */
struct side {
  struct pair *pair;
  int fd;
};
struct pair {
  struct side down, up;
  char *bytes; /* the request; its head is replaced on the way */
  size_t capacity, size, head, body;
  char request[256]; /* the head that goes upstream */
  size_t request_size, sent;
  int waits_for_room;
  char answer[4096];
  size_t answer_size;
  int closed;
};

static int epoll;

/* Events of the same batch may still name it, so it stays until the process ends: the bench opens few connections. */
static void close_pair(struct pair *pair) {
  if (pair->closed) return;
  pair->closed = 1;
  close(pair->down.fd);
  close(pair->up.fd);
  free(pair->bytes);
}

static void open_pair(int fd, const struct sockaddr_in *upstream) {
  struct pair *pair = calloc(1, sizeof *pair);
  pair->down = (struct side){pair, fd};
  pair->up = (struct side){pair, socket(AF_INET, SOCK_STREAM, 0)};
  pair->capacity = 65536;
  pair->bytes = malloc(pair->capacity);
  if (connect(pair->up.fd, (const void *)upstream, sizeof *upstream)) {
    close_pair(pair);
    return;
  }
  fcntl(pair->up.fd, F_SETFL, O_NONBLOCK);
  no_delay(pair->down.fd);
  no_delay(pair->up.fd);
  watch(epoll, pair->down.fd, EPOLL_CTL_ADD, EPOLLIN, &pair->down);
  watch(epoll, pair->up.fd, EPOLL_CTL_ADD, EPOLLIN, &pair->up);
}

/* 0, or -1 when the connection broke. */
static int send_on(struct pair *pair) {
  size_t total = pair->request_size + pair->body;
  while (pair->sent < total) {
    struct iovec parts[2];
    int count = 0;
    if (pair->sent < pair->request_size) parts[count++] = (struct iovec){pair->request + pair->sent, pair->request_size - pair->sent};
    size_t of_body = pair->sent < pair->request_size ? 0 : pair->sent - pair->request_size;
    parts[count++] = (struct iovec){pair->bytes + pair->head + of_body, pair->body - of_body};
    ssize_t written = writev(pair->up.fd, parts, count);
    if (written < 0 && errno != EAGAIN) return -1;
    if (written < 0) {
      if (!pair->waits_for_room) watch(epoll, pair->up.fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT, &pair->up);
      pair->waits_for_room = 1;
      return 0;
    }
    pair->sent += (size_t)written;
  }
  if (pair->waits_for_room) watch(epoll, pair->up.fd, EPOLL_CTL_MOD, EPOLLIN, &pair->up);
  pair->waits_for_room = 0;
  return 0;
}

static int read_request(struct pair *pair) {
  size_t want = pair->head == 0 ? pair->capacity - pair->size : pair->head + pair->body - pair->size;
  ssize_t got = recv(pair->down.fd, pair->bytes + pair->size, want, 0);
  if (got < 0 && errno == EAGAIN) return 0;
  if (got <= 0) return -1;
  pair->size += (size_t)got;
  if (pair->head == 0) {
    pair->head = head_length(pair->bytes, pair->size, &pair->body);
    if (pair->head == 0) return 0;
    if (pair->head + pair->body > pair->capacity) {
      pair->capacity = pair->head + pair->body;
      pair->bytes = realloc(pair->bytes, pair->capacity);
    }
  }
  if (pair->size < pair->head + pair->body) return 0;
  pair->request_size = (size_t)snprintf(pair->request, sizeof pair->request,
      "POST /push.v1.PusherService/Push HTTP/1.1\r\nHost: sink\r\nContent-Type: application/proto\r\nContent-Length: %zu\r\n\r\n", pair->body);
  pair->sent = 0;
  pair->answer_size = 0;
  return send_on(pair);
}

static int read_answer(struct pair *pair) {
  ssize_t got = recv(pair->up.fd, pair->answer + pair->answer_size, sizeof pair->answer - pair->answer_size, 0);
  if (got < 0 && errno == EAGAIN) return 0;
  if (got <= 0) return -1;
  pair->answer_size += (size_t)got;
  size_t body = 0;
  size_t head = head_length(pair->answer, pair->answer_size, &body);
  if (head == 0 || pair->answer_size < head + body) return 0;
  pair->size = pair->head = 0;
  return send(pair->down.fd, pair->answer, pair->answer_size, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

int main(int count, char **arguments) {
  if (count != 2) return fprintf(stderr, "usage: floor UPSTREAM_PORT\n"), 64;
  struct sockaddr_in upstream = loopback(atoi(arguments[1]));
  epoll = epoll_create1(0);
  int listener = listen_and_tell();
  watch(epoll, listener, EPOLL_CTL_ADD, EPOLLIN, NULL);
  struct epoll_event events[256];
  for (;;) {
    int ready = epoll_wait(epoll, events, 256, -1);
    for (int at = 0; at < ready; at++) {
      struct side *side = events[at].data.ptr;
      if (side == NULL) {
        for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) open_pair(fd, &upstream);
        continue;
      }
      struct pair *pair = side->pair;
      if (pair->closed) continue;
      int failed = 0;
      if (side == &pair->down) failed = read_request(pair);
      if (side == &pair->up && (events[at].events & EPOLLOUT)) failed = send_on(pair);
      if (side == &pair->up && !failed && (events[at].events & (EPOLLIN | EPOLLHUP))) failed = read_answer(pair);
      if (failed) close_pair(pair);
    }
  }
}
