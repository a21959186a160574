// Runs a program and writes to REPORT what it cost, as JSON.
//
//   measure REPORT run PROGRAM ARGUMENT...          CPU, peak memory and context switches of its whole life
//   measure REPORT start PORT PROGRAM ARGUMENT...   from exec to the first 200 of /-/healthy; then ends it
//
// It is small itself, so that the peak which a child has before its exec does not count.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static pid_t start(char **command) {
  pid_t child = fork();
  if (child == 0) {
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
  }
  return child;
}

static int is_healthy(int port) {
  int connection = socket(AF_INET, SOCK_STREAM, 0), healthy = 0;
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
  if (connect(connection, (struct sockaddr *)&address, sizeof address) == 0) {
    const char *request = "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n";
    char answer[512] = {0};
    struct timeval patience = {.tv_sec = 2};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    healthy = send(connection, request, strlen(request), MSG_NOSIGNAL) > 0 &&
              recv(connection, answer, sizeof answer - 1, 0) > 0 && strstr(answer, " 200 ");
  }
  close(connection);
  return healthy;
}

int main(int argc, char **argv) {
  FILE *report = argc > 3 ? fopen(argv[1], "we") : NULL;
  if (!report) return 2;
  double began = now(), healthy = -1;
  int status;
  struct rusage usage;
  if (strcmp(argv[2], "start") == 0) {
    int port = atoi(argv[3]);
    pid_t child = start(argv + 4);
    while (healthy < 0 && now() - began < 10) {
      if (is_healthy(port)) healthy = now() - began;
      else usleep(200);
    }
    kill(child, SIGTERM);
    wait4(child, &status, 0, &usage);
  } else {
    pid_t child = start(argv + 3);
    wait4(child, &status, 0, &usage);
  }
  fprintf(report,
          "{\"wall\": %.6f, \"cpu\": %.6f, \"peak\": %ld, \"voluntary\": %ld, \"involuntary\": %ld, \"status\": %d, "
          "\"healthy\": %.6f}\n",
          now() - began, usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
          (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
          usage.ru_maxrss * 1024, usage.ru_nvcsw, usage.ru_nivcsw,
          WIFEXITED(status) ? WEXITSTATUS(status) : -1, healthy);
  return 0;
}
