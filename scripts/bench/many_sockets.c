/* Opens as many TCP sockets on 127.0.0.1 as the first argument says, half on the server side and half on the client side;
 * the second argument is the number of server sockets on port 22 of 127.0.0.2. Prints an empty line, and closes them when
 * it ends. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Connections of one process, within the usual limit of descriptors. */
#define PAIRS 500

static int listen_on(const char *host, int port, struct sockaddr_in *it) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  socklen_t length = sizeof *it;
  memset(it, 0, sizeof *it);
  it->sin_family = AF_INET;
  it->sin_port = htons(port);
  inet_pton(AF_INET, host, &it->sin_addr);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)it, length) < 0 || listen(fd, 128) < 0) {
    perror("listen");
    exit(1);
  }
  getsockname(fd, (struct sockaddr *)it, &length);
  return fd;
}

static void connect_pairs(const char *host, int port, int pairs) {
  struct sockaddr_in it;
  int listener = listen_on(host, port, &it);
  for (int i = 0; i < pairs; i++) {
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (client < 0 || connect(client, (struct sockaddr *)&it, sizeof it) < 0 ||
        accept(listener, NULL, NULL) < 0) {
      perror("connect");
      exit(1);
    }
  }
}

int main(int argc, char **argv) {
  int sockets = argc > 1 ? atoi(argv[1]) : 0, ssh = argc > 2 ? atoi(argv[2]) : 0;
  int ready[2];
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (pipe(ready) < 0) return 1;
  int children = 0;
  for (int left = sockets / 2 - ssh; left > 0; left -= PAIRS, children++) {
    if (fork() != 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    connect_pairs("127.0.0.1", 0, left < PAIRS ? left : PAIRS);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  if (ssh > 0) connect_pairs("127.0.0.2", 22, ssh);
  for (char c; children > 0; children--)
    if (read(ready[0], &c, 1) != 1) return 1;
  puts("");
  fflush(stdout);
  for (;;) pause();
}
