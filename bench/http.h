/* As much of HTTP/1.1 as the bench needs: messages with a Content-Length, kept-alive connections, one epoll thread. */
#ifndef BENCH_HTTP_H
#define BENCH_HTTP_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* What the protocol's empty answer looks like: a PushResponse has no bytes. */
static const char OK[] = "HTTP/1.1 200 OK\r\nContent-Type: application/proto\r\nContent-Length: 0\r\n\r\n";

/* Length of the head in these bytes, 0 while it is not whole; how long the body is goes to *body. */
static size_t head_length(char *bytes, size_t size, size_t *body) {
  char *end = memmem(bytes, size, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  char kept = *end;
  *end = '\0';
  char *field = strcasestr(bytes, "\r\ncontent-length:");
  *body = field == NULL ? 0 : strtoul(field + 17, NULL, 10);
  *end = kept;
  return (size_t)(end - bytes) + 4;
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  return address;
}

static void no_delay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void watch(int epoll, int fd, int operation, uint32_t events, void *of) {
  struct epoll_event event = {.events = events, .data.ptr = of};
  epoll_ctl(epoll, operation, fd, &event);
}

/* Listens on a port of its own choice and prints it: whoever started it reads that line. */
static int listen_and_tell(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(fd, (void *)&address, size) || listen(fd, 1024) || getsockname(fd, (void *)&address, &size)) {
    perror("listen");
    exit(1);
  }
  printf("listening on %d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

#endif
