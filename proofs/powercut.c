/* A power cut for one folder, as an LD_PRELOAD library.
 *
 * POWERCUT_ROOT names the folder. POWERCUT_SHADOW names another folder, which gets only what a disk would still have
 * after the power cut: the bytes of a file when the file is synced, and a name when its folder is synced. After the
 * process was killed, the shadow is the folder as it would be after the cut.
 *
 * It also injects faults, as long as the file that POWERCUT_CLEAR names does not exist:
 *   POWERCUT_FAIL_SYNC=N    the Nth sync of a file in the folder fails with EIO, and so does every later one
 *   POWERCUT_FULL_AFTER=B   writes fail with ENOSPC after B bytes
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 8192
#define RANGES 65536

struct range { off_t from, to; };
struct file { ino_t inode; int ranges; struct range range[RANGES]; };

static struct file *files[FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX], shadow[PATH_MAX];
static long syncs, fail_sync = -1;
static long long written, full_after = -1;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);

__attribute__((constructor)) static void start(void) {
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    const char *r = getenv("POWERCUT_ROOT"), *s = getenv("POWERCUT_SHADOW");
    if (r) snprintf(root, sizeof root, "%s", r);
    if (s) { snprintf(shadow, sizeof shadow, "%s", s); }
    if (getenv("POWERCUT_FAIL_SYNC")) fail_sync = atol(getenv("POWERCUT_FAIL_SYNC"));
    if (getenv("POWERCUT_FULL_AFTER")) full_after = atoll(getenv("POWERCUT_FULL_AFTER"));
}

static int cleared(void) {
    const char *clear = getenv("POWERCUT_CLEAR");
    return clear && access(clear, F_OK) == 0;
}

/* 0: not ours, 1: a file in the folder, 2: the folder or one below, whose path from it is given. The shared memory of
 * SQLite is no file that survives. */
static int ours(int fd, struct stat *st, char *below) {
    char link[64], path[PATH_MAX];
    if (!root[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0) return 0;
    path[n] = 0;
    size_t length = strlen(root);
    if (strncmp(path, root, length) || fstat(fd, st)) return 0;
    if (path[length] != 0 && path[length] != '/') return 0;
    if (S_ISDIR(st->st_mode)) {
        if (below) snprintf(below, PATH_MAX, "%s", path + length);
        return 2;
    }
    return S_ISREG(st->st_mode) && !strstr(path, "-shm");
}

static struct file *file_of(ino_t inode) {
    for (int i = 0; i < FILES; i++) {
        if (!files[i]) { files[i] = calloc(1, sizeof(struct file)); files[i]->inode = inode; }
        if (files[i]->inode == inode) return files[i];
    }
    abort();
}

static void dirty(ino_t inode, off_t from, size_t size) {
    if (!shadow[0]) return;
    pthread_mutex_lock(&lock);
    struct file *f = file_of(inode);
    struct range *last = f->ranges ? &f->range[f->ranges - 1] : NULL;
    if (last && last->to == from) last->to = from + size;
    else if (f->ranges < RANGES) f->range[f->ranges++] = (struct range){from, from + size};
    else { f->range[0] = (struct range){0, LONG_MAX}; }
    pthread_mutex_unlock(&lock);
}

static void content_path(char *path, ino_t inode) { snprintf(path, PATH_MAX + 64, "%s/.inodes/%lu", shadow, inode); }

/* What was written to the file since its last sync reaches the shadow. */
static void reach_file(int fd) {
    char path[PATH_MAX + 64], link[64];
    static char buffer[1 << 16];
    struct stat now, *st = &now;
    pthread_mutex_lock(&lock);
    /* Asked under the lock: another thread may have made the file longer since this one's sync. */
    if (fstat(fd, st)) abort();
    content_path(path, st->st_ino);
    int to = open(path, O_RDWR | O_CREAT, 0600);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int from = open(link, O_RDONLY);
    struct file *f = file_of(st->st_ino);
    for (int i = 0; i < f->ranges; i++) {
        for (off_t at = f->range[i].from; at < f->range[i].to;) {
            size_t want = sizeof buffer;
            if (f->range[i].to - at < (off_t)want) want = f->range[i].to - at;
            ssize_t n = pread(from, buffer, want, at);
            if (n <= 0) break;
            if (real_pwrite(to, buffer, n, at) != n) abort();
            at += n;
        }
    }
    f->ranges = 0;
    if (real_ftruncate(to, st->st_size)) abort();
    close(from);
    close(to);
    pthread_mutex_unlock(&lock);
}

/* The names of a folder reach the shadow; a file that was never synced has its name and nothing in it. A folder whose own
 * name is not there yet is lost with all that is in it. */
static void reach_folder(const char *below) {
    char path[PATH_MAX + 64], here[2 * PATH_MAX], there[2 * PATH_MAX], name[3 * PATH_MAX], target[3 * PATH_MAX];
    struct dirent *entry;
    struct stat st;
    snprintf(here, sizeof here, "%s%s", root, below);
    snprintf(there, sizeof there, "%s%s", shadow, below);
    pthread_mutex_lock(&lock);
    DIR *dir = opendir(there);
    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.') continue;
        snprintf(name, sizeof name, "%s/%s", here, entry->d_name);
        if (lstat(name, &st)) { snprintf(name, sizeof name, "%s/%s", there, entry->d_name); unlink(name); }
    }
    if (dir) closedir(dir);
    dir = access(there, F_OK) ? NULL : opendir(here);
    while (dir && (entry = readdir(dir))) {
        snprintf(name, sizeof name, "%s/%s", here, entry->d_name);
        if (entry->d_name[0] == '.' || lstat(name, &st) || strstr(entry->d_name, "-shm")) continue;
        snprintf(target, sizeof target, "%s/%s", there, entry->d_name);
        if (S_ISDIR(st.st_mode)) { mkdir(target, 0700); continue; }
        if (!S_ISREG(st.st_mode)) continue;
        content_path(path, st.st_ino);
        close(open(path, O_RDWR | O_CREAT, 0600));
        chmod(path, st.st_mode & 0777);
        snprintf(name, sizeof name, "%s/.new", shadow);
        unlink(name);
        if (link(path, name)) abort();
        rename(name, target);
        unlink(name); /* rename does nothing between two names of one file */
    }
    if (dir) closedir(dir);
    pthread_mutex_unlock(&lock);
}

static int synced(int fd, int (*real)(int)) {
    struct stat st;
    char below[PATH_MAX];
    int kind = ours(fd, &st, below);
    if (kind == 1 && fail_sync >= 0 && __sync_add_and_fetch(&syncs, 1) >= fail_sync && !cleared()) {
        errno = EIO;
        return -1;
    }
    int result = real(fd);
    if (result == 0 && shadow[0]) {
        if (kind == 1) reach_file(fd);
        if (kind == 2) reach_folder(below);
    }
    return result;
}

static int is_full(int kind, size_t size) {
    if (kind != 1 || full_after < 0) return 0;
    if (__sync_add_and_fetch(&written, (long long)size) <= full_after || cleared()) return 0;
    errno = ENOSPC;
    return 1;
}

int fsync(int fd) { return synced(fd, real_fsync); }
int fdatasync(int fd) { return synced(fd, real_fdatasync); }

ssize_t write(int fd, const void *data, size_t size) {
    struct stat st;
    int kind = ours(fd, &st, NULL);
    if (is_full(kind, size)) return -1;
    off_t at = kind == 1 ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t n = real_write(fd, data, size);
    if (kind == 1 && n > 0) dirty(st.st_ino, at, n);
    return n;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t at) {
    struct stat st;
    int kind = ours(fd, &st, NULL);
    if (is_full(kind, size)) return -1;
    ssize_t n = real_pwrite(fd, data, size, at);
    if (kind == 1 && n > 0) dirty(st.st_ino, at, n);
    return n;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }
