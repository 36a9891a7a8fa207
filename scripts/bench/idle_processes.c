/* Starts as many processes as the first argument says, prints their pids and an empty line, and ends them with itself.
 * They sleep, wake up at SIGUSR1 and sleep again. Further arguments are control groups in which they are started
 * alternately: moving them there takes the kernel a hundred times as long. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void wake(int signal) { (void)signal; }

static pid_t fork_into(const char *group) {
  struct clone_args args = {.exit_signal = SIGCHLD};
  if (!group) return fork();
  int fd = open(group, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return -1;
  args.flags = CLONE_INTO_CGROUP;
  args.cgroup = (uint64_t)fd;
  pid_t pid = syscall(SYS_clone3, &args, sizeof args);
  close(fd);
  return pid;
}

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 0, groups = argc - 2;
  pid_t parent = getpid();
  signal(SIGUSR1, wake);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int i = 0; i < count; i++) {
    pid_t pid = fork_into(groups > 0 ? argv[2 + i % groups] : NULL);
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
