/* What a disk holds when the power goes: only what was synced. For LD_PRELOAD.
 *
 * Before the database's files (SQLite's: *.sqlite and *.sqlite-wal) and those in which uploads gather
 * (uploads/.../bytes) are written to, what stood there is noted in a file of the folder POWER_UNDO, named after the file's number: offset, length of the file,
 * number of bytes, the bytes. A sync drops the notes. Whoever plays the power cut kills the process and
 * puts back what the notes say, the newest first. With POWER_LIES a sync is acknowledged and not done.
 * Folders that are synced are named in the file POWER_FOLDERS, one a line.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* Whether a file is one of the database's, or holds bytes of an upload. */
static int followed(const char *path) {
  const char *name = strrchr(path, '/');
  if (!name) return 0;
  if (!strcmp(name, "/bytes")) return !!strstr(path, "/uploads/");
  const char *kind = strstr(name, ".sqlite");
  return kind && (!strcmp(kind, ".sqlite") || !strcmp(kind, ".sqlite-wal"));
}

/* Where the notes about an open file are, if it is followed: 1, else 0. */
static int noted(int file, char *notes, size_t most) {
  char link[64], path[4096];
  struct stat facts;
  const char *folder = getenv("POWER_UNDO");
  if (!folder) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  if (!followed(path)) return 0;
  if (fstat(file, &facts)) return 0;
  snprintf(notes, most, "%s/%llu", folder, (unsigned long long)facts.st_ino);
  return 1;
}

static void note(int file, const char *notes, off_t offset, size_t count) {
  struct stat facts;
  if (fstat(file, &facts)) abort();
  uint64_t old = 0;
  if (offset < facts.st_size) {
    old = facts.st_size - offset;
    if (old > count) old = count;
  }
  char *bytes = malloc(24 + old);
  uint64_t head[3] = {offset, facts.st_size, old};
  memcpy(bytes, head, sizeof head);
  if (old && syscall(SYS_pread64, file, bytes + 24, old, offset) != (long)old) abort();
  int to = syscall(SYS_openat, AT_FDCWD, notes, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (to < 0 || syscall(SYS_write, to, bytes, 24 + old) != (long)(24 + old)) abort();
  syscall(SYS_close, to);
  free(bytes);
}

static ssize_t written(int file, const void *bytes, size_t count, off_t offset) {
  char notes[4096];
  if (!noted(file, notes, sizeof notes)) return syscall(SYS_pwrite64, file, bytes, count, offset);
  pthread_mutex_lock(&one_at_a_time);
  note(file, notes, offset, count);
  ssize_t done = syscall(SYS_pwrite64, file, bytes, count, offset);
  pthread_mutex_unlock(&one_at_a_time);
  return done;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) { return written(file, bytes, count, offset); }
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) { return written(file, bytes, count, offset); }

/* Where the next bytes go. */
static off_t here(int file) {
  struct stat facts;
  if (!(fcntl(file, F_GETFL) & O_APPEND)) return lseek(file, 0, SEEK_CUR);
  if (fstat(file, &facts)) abort();
  return facts.st_size;
}

ssize_t writev(int file, const struct iovec *pieces, int many) {
  char notes[4096];
  if (!noted(file, notes, sizeof notes)) return syscall(SYS_writev, file, pieces, many);
  size_t count = 0;
  for (int n = 0; n < many; n++) count += pieces[n].iov_len;
  pthread_mutex_lock(&one_at_a_time);
  note(file, notes, here(file), count);
  ssize_t done = syscall(SYS_writev, file, pieces, many);
  pthread_mutex_unlock(&one_at_a_time);
  return done;
}

ssize_t write(int file, const void *bytes, size_t count) {
  struct iovec whole = {(void *)bytes, count};
  return writev(file, &whole, 1);
}

static int cut(int file, off_t length) {
  char notes[4096];
  if (!noted(file, notes, sizeof notes)) return syscall(SYS_ftruncate, file, length);
  pthread_mutex_lock(&one_at_a_time);
  note(file, notes, length, SIZE_MAX);
  int done = syscall(SYS_ftruncate, file, length);
  pthread_mutex_unlock(&one_at_a_time);
  return done;
}

int ftruncate(int file, off_t length) { return cut(file, length); }
int ftruncate64(int file, off64_t length) { return cut(file, length); }

/* Names a folder that is synced. */
static void named(int file) {
  char link[64], path[4097];
  struct stat facts;
  const char *names = getenv("POWER_FOLDERS");
  if (!names || fstat(file, &facts) || !S_ISDIR(facts.st_mode)) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return;
  path[length] = '\n';
  int to = syscall(SYS_openat, AT_FDCWD, names, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (to < 0 || syscall(SYS_write, to, path, length + 1) != length + 1) abort();
  syscall(SYS_close, to);
}

static int synced(int file, long how) {
  named(file);
  char notes[4096];
  if (!noted(file, notes, sizeof notes)) return syscall(how, file);
  if (getenv("POWER_LIES")) return 0;
  pthread_mutex_lock(&one_at_a_time);
  int done = syscall(how, file);
  if (!done) unlink(notes);
  pthread_mutex_unlock(&one_at_a_time);
  return done;
}

int fsync(int file) { return synced(file, SYS_fsync); }
int fdatasync(int file) { return synced(file, SYS_fdatasync); }
