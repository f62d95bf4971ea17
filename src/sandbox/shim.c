/*
 * Stands on the PATH of a sandbox before a program that can destroy files, under its name. Has the
 * work tree kept first, by whoever listens at HOLDPOINT_KEEPER, then becomes the program.
 *
 * It refuses nothing, and waits for nobody for long: whatever goes wrong, the program runs. What
 * keeps an agent in is the sandbox; this is for what somebody wants back afterwards.
 *
 * Told by -D: HOLDPOINT_KEEPER, the socket; HOLDPOINT_SHIMS, the folder that this stands in.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define SECONDS_MAX 20
#define PATH_DEFAULT "/usr/local/bin:/usr/bin:/bin"

static const char *name_of(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

static int is_one_of(const char *word, const char *const *words) {
  for (; *words != NULL; words++)
    if (strcmp(word, *words) == 0) return 1;
  return 0;
}

/* What only reads, or only adds: everything else of git is asked about, an alias too. */
static const char *const git_adds[] = {
    "add",      "blame",  "branch",    "cat-file",  "check-ignore", "clone",    "commit",
    "describe", "diff",   "grep",      "help",      "init",         "log",      "ls-files",
    "ls-tree",  "rev-list", "rev-parse", "shortlog", "show",        "show-ref", "status",
    "version",  NULL};
static const char *const git_valued[] = {"-C", "-c", "--git-dir", "--work-tree", "--namespace",
                                         NULL};

static int git_is_plain(int count, char **words) {
  for (int at = 1; at < count; at++) {
    if (words[at][0] != '-') {
      if (strcmp(words[at], "branch") == 0) return at + 1 == count;
      return is_one_of(words[at], git_adds);
    }
    if (is_one_of(words[at], git_valued)) at++;
  }
  return 1;
}

static int find_is_plain(int count, char **words) {
  static const char *const acts[] = {"-delete", "-exec", "-ok", "-fprint", "-fls"};
  for (int at = 1; at < count; at++)
    for (size_t act = 0; act < sizeof acts / sizeof *acts; act++)
      if (strncmp(words[at], acts[act], strlen(acts[act])) == 0) return 0;
  return 1;
}

static int is_plain(const char *name, int count, char **words) {
  if (count < 2) return 1;
  if (strcmp(name, "git") == 0) return git_is_plain(count, words);
  if (strcmp(name, "find") == 0) return find_is_plain(count, words);
  return 0;
}

static int put(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t done = send(fd, bytes, length, MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return 0;
    bytes += done;
    length -= (size_t)done;
  }
  return 1;
}

/* The folder, the name and the words, each ended by a NUL; done when the other side ends. */
static void have_it_kept(const char *name, int count, char **words) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = HOLDPOINT_KEEPER};
  struct timeval patience = {.tv_sec = SECONDS_MAX};
  char folder[PATH_MAX];
  char answer[16];
  if (getcwd(folder, sizeof folder) == NULL) strcpy(folder, "/");
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
    int whole = put(fd, folder, strlen(folder) + 1) && put(fd, name, strlen(name) + 1);
    for (int at = 1; whole && at < count; at++) whole = put(fd, words[at], strlen(words[at]) + 1);
    if (whole && shutdown(fd, SHUT_WR) == 0)
      while (recv(fd, answer, sizeof answer, 0) > 0) continue;
  }
  close(fd);
}

/* The first on the PATH that is not a shim; does not come back where there is one. */
static void become(const char *name, char **words) {
  char file[PATH_MAX];
  const char *path = getenv("PATH");
  if (path == NULL || path[0] == '\0') path = PATH_DEFAULT;
  while (path != NULL) {
    const char *end = strchrnul(path, ':');
    int length = (int)(end - path);
    int size = snprintf(file, sizeof file, "%.*s/%s", length, length == 0 ? "." : path, name);
    struct stat found;
    if (size > 0 && (size_t)size < sizeof file &&
        strncmp(file, HOLDPOINT_SHIMS "/", strlen(HOLDPOINT_SHIMS) + 1) != 0 &&
        stat(file, &found) == 0 && S_ISREG(found.st_mode))
      execv(file, words);
    path = *end == '\0' ? NULL : end + 1;
  }
}

int main(int count, char **words) {
  if (count < 1) return 127;
  const char *name = name_of(words[0]);
  if (!is_plain(name, count, words)) have_it_kept(name, count, words);
  become(name, words);
  fprintf(stderr, "%s: %s\n", name, strerror(ENOENT));
  return 127;
}
