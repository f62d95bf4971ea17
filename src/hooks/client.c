/*
 * What an agent runs before each of its tools: hands what stands on stdin to the resident daemon
 * and ends as that says. Built by `holdpoint hook install`, with these told by -D:
 *
 *   HOLDPOINT_SOCKET  the daemon's socket
 *   HOLDPOINT_NODE    the Node that answers where no daemon does
 *   HOLDPOINT_ENTRY   what it runs
 *   HOLDPOINT_CACHE   where that Node keeps what it has compiled: it starts three times as fast
 *
 * Whatever goes wrong ends with 2, which refuses at every agent. The socket must belong to the same
 * user, and so must who listens on it. Where HOLDPOINT_HOOK_SOCKET names a socket, only that is
 * asked: there, nobody else can answer.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define EVENT_BYTES_MAX 8388608
#define ANSWER_BYTES_MAX 1048576
#define SECONDS_MAX 25
#define AGENT_MAX 40

static char agent[AGENT_MAX + 1] = "AGENT";

static void put(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t done = write(fd, bytes, length);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return;
    bytes += done;
    length -= (size_t)done;
  }
}

static void say(const char *text) { put(2, text, strlen(text)); }

static void refuse(const char *why) {
  say("holdpoint refused this, because the hook could not judge it: ");
  say(why);
  say(".\nA person can turn these hooks off: holdpoint hook uninstall ");
  say(agent);
  say("\n");
  _exit(2);
}

static void too_late(int signal_number) {
  (void)signal_number;
  refuse("it took too long");
}

/* All of a stream, or NULL where it broke; refuses what is longer than `most`. */
static char *read_all(int fd, size_t most, size_t *length) {
  size_t room = 65536, used = 0;
  char *bytes = malloc(room + 1);
  if (bytes == NULL) refuse("there is no memory");
  for (;;) {
    if (used == room) {
      room *= 2;
      bytes = realloc(bytes, room + 1);
      if (bytes == NULL) refuse("there is no memory");
    }
    ssize_t got = read(fd, bytes + used, room - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return NULL;
    if (got == 0) break;
    used += (size_t)got;
    if (used > most) refuse("there is too much of it");
  }
  bytes[used] = '\0';
  *length = used;
  return bytes;
}

static int same_user(int fd) {
#ifdef SO_PEERCRED
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return 0;
  return peer.uid == geteuid();
#else
  uid_t user;
  gid_t group;
  return getpeereid(fd, &user, &group) == 0 && user == geteuid();
#endif
}

/* Connected, or -1 where nobody listens. */
static int reach(const char *path) {
  struct stat found;
  struct sockaddr_un address;
  if (lstat(path, &found) != 0) return -1;
  if (!S_ISSOCK(found.st_mode) || found.st_uid != geteuid())
    refuse("what stands at its socket's place is not its own");
  if (strlen(path) >= sizeof address.sun_path) refuse("its socket's path is too long");
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0) refuse("no socket could be opened");
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    close(fd);
    return -1;
  }
  if (!same_user(fd)) refuse("another user listens on its socket");
  return fd;
}

/* Node answers by itself, with the event on its stdin; does not come back. */
static void answer_cold(const char *event, size_t length) {
  int ends[2];
  if (pipe(ends) != 0) refuse("no pipe could be opened");
  pid_t writer = fork();
  if (writer < 0) refuse("no process could be started");
  if (writer == 0) {
    close(ends[0]);
    put(ends[1], event, length);
    _exit(0);
  }
  close(ends[1]);
  if (dup2(ends[0], 0) < 0) refuse("no pipe could be opened");
  close(ends[0]);
  setenv("NODE_COMPILE_CACHE", HOLDPOINT_CACHE, 1);
  execl(HOLDPOINT_NODE, HOLDPOINT_NODE, "--disable-warning=ExperimentalWarning", HOLDPOINT_ENTRY,
        "ask", agent, (char *)NULL);
  refuse("no daemon answers and node is not where it was; run `holdpoint hook install` again");
}

static void send_event(int fd, const char *event, size_t length) {
  char head[256];
  int size = snprintf(head, sizeof head,
                      "POST /ask/%s HTTP/1.1\r\nhost: holdpoint\r\ncontent-length: %zu\r\n"
                      "connection: close\r\n\r\n",
                      agent, length);
  put(fd, head, (size_t)size);
  put(fd, event, length);
}

/* The body of an answer that came whole; NULL where it says that somebody newer should be asked. */
static char *body_of(char *answer, size_t length) {
  char *body = strstr(answer, "\r\n\r\n");
  char *stated = strcasestr(answer, "\r\ncontent-length: ");
  if (strncmp(answer, "HTTP/1.1 ", 9) != 0 || body == NULL || stated == NULL || stated > body)
    refuse("the daemon gave no whole answer");
  body += 4;
  if ((size_t)atol(stated + 18) != length - (size_t)(body - answer))
    refuse("the daemon gave no whole answer");
  if (strncmp(answer + 9, "503 ", 4) == 0) return NULL;
  if (strncmp(answer + 9, "200 ", 4) != 0) refuse("the daemon did not take it");
  return body;
}

/* `0` or `2`, a line for stdout, the rest for stderr. */
static int obey(const char *body) {
  if ((body[0] != '0' && body[0] != '2') || body[1] != '\n')
    refuse("the daemon gave no readable answer");
  const char *line = body + 2;
  const char *end = strchr(line, '\n');
  if (end == NULL) refuse("the daemon gave no readable answer");
  if (end > line) put(1, line, (size_t)(end - line) + 1);
  if (end[1] != '\0') {
    say(end + 1);
    say("\n");
  }
  return body[0] == '0' ? 0 : 2;
}

int main(int count, char **words) {
  size_t length = 0, answered = 0;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGALRM, too_late);
  alarm(SECONDS_MAX);
  if (count != 2 || words[1][0] == '\0' || strlen(words[1]) > AGENT_MAX ||
      strspn(words[1], "abcdefghijklmnopqrstuvwxyz-") != strlen(words[1]))
    refuse("it was called without the name of an agent");
  strcpy(agent, words[1]);
  char *event = read_all(0, EVENT_BYTES_MAX, &length);
  if (event == NULL) refuse("the agent's event could not be read");

  const char *given = getenv("HOLDPOINT_HOOK_SOCKET");
  int alone = given != NULL && given[0] != '\0';
  int fd = reach(alone ? given : HOLDPOINT_SOCKET);
  if (fd < 0 && alone) refuse("nobody answers at HOLDPOINT_HOOK_SOCKET");
  if (fd < 0) answer_cold(event, length);
  send_event(fd, event, length);
  /* It ended before it said anything: as if nobody listened. */
  char *answer = read_all(fd, ANSWER_BYTES_MAX, &answered);
  char *body = answer == NULL || answered == 0 ? NULL : body_of(answer, answered);
  if (body != NULL) return obey(body);
  if (alone) refuse("who listens at HOLDPOINT_HOOK_SOCKET gave no answer");
  answer_cold(event, length);
}
