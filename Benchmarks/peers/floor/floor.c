// The least that a server can do: a page that lies ready, one sendmsg per request, no parsing worth the name.
//
//   floor FILE
//
// Serves FILE, and FILE.gz to those who name gzip, on a free port of 127.0.0.1 that it prints. One connection at a time.
// Ends when its standard input does.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

struct page { char head[256]; char *body; size_t head_size, size; };

static struct page page_of(const char *name, const char *field) {
  struct page page = {0};
  FILE *file = fopen(name, "rb");
  if (!file) { perror(name); exit(1); }
  fseek(file, 0, SEEK_END);
  page.size = ftell(file);
  rewind(file);
  page.body = malloc(page.size);
  if (fread(page.body, 1, page.size, file) != page.size) exit(1);
  fclose(file);
  page.head_size = snprintf(page.head, sizeof page.head,
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n%sContent-Length: %zu\r\n\r\n", field, page.size);
  return page;
}

static void *watch_input(void *unused) {
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) {}
  exit(0);
  return unused;
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  char name[4096];
  snprintf(name, sizeof name, "%s.gz", argv[1]);
  struct page plain = page_of(argv[1], ""), gzip = page_of(name, "Content-Encoding: gzip\r\n");
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 16)) return perror("floor"), 1;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  pthread_t watcher;
  pthread_create(&watcher, NULL, watch_input, NULL);
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    char request[4096];
    for (ssize_t count; (count = recv(connection, request, sizeof request - 1, 0)) > 0;) {
      request[count] = 0;
      struct page *page = strstr(request, "gzip") ? &gzip : &plain;
      struct iovec parts[2] = {{page->head, page->head_size}, {page->body, page->size}};
      struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
      if (sendmsg(connection, &message, MSG_NOSIGNAL) < 0) break;
    }
    close(connection);
  }
}
