/* Opens as many TCP sockets on 127.0.0.1 as the first argument says, half of them servers' ends and half clients',
 * of one listener; the second argument is how many of them are connected to port 22, which it then listens on itself
 * at 127.0.0.2 if nobody else does. Prints a line, and closes them when it ends. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in address(const char *host, int port) {
  struct sockaddr_in it;
  memset(&it, 0, sizeof it);
  it.sin_family = AF_INET;
  it.sin_port = htons(port);
  inet_pton(AF_INET, host, &it.sin_addr);
  return it;
}

static int listen_on(struct sockaddr_in *it) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  socklen_t length = sizeof *it;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)it, length) < 0 || listen(fd, 128) < 0) {
    perror("listen");
    exit(1);
  }
  getsockname(fd, (struct sockaddr *)it, &length);
  return fd;
}

static void connect_to(int listener, struct sockaddr_in *it, int pairs) {
  for (int i = 0; i < pairs; i++) {
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (client < 0 || connect(client, (struct sockaddr *)it, sizeof *it) < 0 ||
        accept(listener, NULL, NULL) < 0) {
      perror("connect");
      exit(1);
    }
  }
}

int main(int argc, char **argv) {
  int sockets = argc > 1 ? atoi(argv[1]) : 0, ssh = argc > 2 ? atoi(argv[2]) : 0;
  struct rlimit limit = {sockets + 1000, sockets + 1000};
  setrlimit(RLIMIT_NOFILE, &limit);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct sockaddr_in any = address("127.0.0.1", 0), server = address("127.0.0.2", 22);
  connect_to(listen_on(&any), &any, (sockets - 2 * ssh) / 2);
  if (ssh > 0) connect_to(listen_on(&server), &server, ssh);
  puts("ready");
  fflush(stdout);
  for (;;) pause();
}
