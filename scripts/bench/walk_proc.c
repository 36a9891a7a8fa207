/* The reference for a scrape's cost: stat(2) of every /proc/PID and one read of its stat file. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Prints the CPU seconds of one pass: the mean of as many passes as the argument says. */
int main(int argc, char **argv) {
  int passes = argc > 1 ? atoi(argv[1]) : 1;
  char path[64], line[1024];
  double start = cpu_seconds();
  for (int pass = 0; pass < passes; pass++) {
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    while (proc && (entry = readdir(proc))) {
      if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
      struct stat owner;
      snprintf(path, sizeof path, "/proc/%.20s", entry->d_name);
      if (stat(path, &owner) < 0) continue;
      snprintf(path, sizeof path, "/proc/%.20s/stat", entry->d_name);
      int fd = open(path, O_RDONLY);
      if (fd < 0) continue;
      if (read(fd, line, sizeof line) < 0) perror(path);
      close(fd);
    }
    if (proc) closedir(proc);
  }
  printf("%.6f\n", (cpu_seconds() - start) / passes);
  return 0;
}
