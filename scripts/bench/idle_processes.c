/* Starts as many processes as the argument says, prints their pids and an empty line, and ends them with itself. They
 * sleep until they get SIGUSR1, and go on sleeping after it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void wake(int signal) { (void)signal; }

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 0;
  pid_t parent = getpid();
  signal(SIGUSR1, wake);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int i = 0; i < count; i++) {
    pid_t pid = fork();
    if (pid < 0) perror("fork");
    if (pid > 0) printf("%d\n", pid);
    if (pid != 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(0);
    for (;;) pause();
  }
  puts("");
  fflush(stdout);
  for (;;) pause();
}
