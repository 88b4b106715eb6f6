/// What tests of files and of the program share: a directory of their own, files in it, and running
/// the program with its output caught.
#ifndef RILL_TESTS_PROGRAM_H
#define RILL_TESTS_PROGRAM_H

#include "tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATH_SIZE = 512 };

/// Above the directories of all tests of a program; removed at its end, whatever failed.
static char test_root[PATH_SIZE];

/// Removes a file, or a directory with all that is in it.
static inline void remove_tree(const char *path)
{
    struct stat information;
    if (lstat(path, &information) == 0 && S_ISDIR(information.st_mode)) {
        DIR *directory = opendir(path);
        const struct dirent *entry = NULL;
        while (directory != NULL && (entry = readdir(directory)) != NULL) {
            const size_t size = strlen(path) + strlen(entry->d_name) + 2;
            char *child = malloc(size);
            snprintf(child, size, "%s/%s", path, entry->d_name);
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
                remove_tree(child);
            }
            free(child);
        }
        if (directory != NULL) {
            closedir(directory);
        }
        rmdir(path);
    } else {
        unlink(path);
    }
}

/// Runs tests that write files; the exit status.
static inline int run_tests_with_files(const char *file, const TTest *const *tests, size_t n)
{
    const char *parent = getenv("TMPDIR");
    snprintf(test_root, sizeof test_root, "%s/rill-test-XXXXXX", parent == NULL ? "/tmp" : parent);
    if (mkdtemp(test_root) == NULL) {
        perror(test_root);
        return EXIT_FAILURE;
    }
    int code = test_run_all(file, tests, n);
    if (chdir("/") == 0) {
        remove_tree(test_root);
    }
    return code;
}

/// main for tests that write files.
#define TEST_MAIN_WITH_FILES(...)                                                     \
    int main(void)                                                                    \
    {                                                                                 \
        const TTest *const tests[] = {__VA_ARGS__};                                   \
        return run_tests_with_files(__FILE__, tests, sizeof tests / sizeof tests[0]); \
    }

/// The first call of a test: makes a fresh, empty directory and works in it.
static inline void enter_fresh_directory(void)
{
    char path[PATH_SIZE + 16];
    snprintf(path, sizeof path, "%s/XXXXXX", test_root);
    ck_assert_ptr_nonnull(mkdtemp(path));
    ck_assert_int_eq(chdir(path), 0);
}

/// A whole file, with a 0 after it; `size` (may be NULL) without that. Belongs to the caller.
static inline char *read_whole(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
    size_t used = 0, capacity = 4096, n = 0;
    char *text = malloc(capacity);
    while ((n = fread(text + used, 1, capacity - used - 1, file)) > 0) {
        used += n;
        capacity *= 2;
        text = realloc(text, capacity);
    }
    fclose(file);
    text[used] = '\0';
    if (size != NULL) {
        *size = used;
    }
    return text;
}

static inline void write_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

/// JSON in C is easier to read with ' for ".
static inline char *quoted(const char *text)
{
    char *copy = strdup(text);
    for (char *c = copy; *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    return copy;
}

/// Writes JSON with ' for ".
static inline void write_json(const char *path, const char *text)
{
    char *json = quoted(text);
    write_bytes(path, json, strlen(json));
    free(json);
}

static inline bool exists(const char *path)
{
    struct stat information;
    return lstat(path, &information) == 0;
}

/// Number of entries in a directory.
static inline int count_entries(const char *path)
{
    DIR *directory = opendir(path);
    ck_assert_msg(directory != NULL, "%s: %s", path, strerror(errno));
    int n = 0;
    const struct dirent *entry = NULL;
    while ((entry = readdir(directory)) != NULL) {
        n += entry->d_name[0] != '.';
    }
    closedir(directory);
    return n;
}

static inline void sleep_milliseconds(int milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

/// A started program, and its outputs.
typedef struct process {
    pid_t pid;
    char out_path[PATH_SIZE + 32], err_path[PATH_SIZE + 32];
} process;

/// What a program left behind.
typedef struct result {
    int code;          ///< exit code, or -1 when a signal ended it
    int signal;        ///< that signal, or 0
    char out[1 << 19]; ///< what it wrote, cut at the size
    char err[1 << 16];
    bool is_cut; ///< `out` is not the whole
} result;

/// How a program is started otherwise than usual.
typedef struct start_options {
    const char *stdout_path; ///< NULL: caught
    rlim_t file_size;        ///< limit of a file's size; 0: none
    /// A program that starts it, with arguments, ending with NULL; NULL: none.
    const char **launcher;
} start_options;

/// Starts the program; `arguments` without its name, ending with NULL.
static inline process start_program(const start_options *options, const char *const *arguments)
{
    static int count;
    process p = {0};
    const char *argv[64] = {NULL};
    int n = 0;
    while (options->launcher != NULL && options->launcher[n] != NULL) {
        argv[n] = options->launcher[n];
        n++;
    }
    argv[n++] = RILL_PROGRAM;
    for (int i = 0; arguments[i] != NULL; i++) {
        argv[n++] = arguments[i];
    }
    snprintf(p.out_path, sizeof p.out_path, "%s/out-%d-%d", test_root, (int)getpid(), count);
    snprintf(p.err_path, sizeof p.err_path, "%s/err-%d-%d", test_root, (int)getpid(), count++);
    p.pid = fork();
    ck_assert_int_ge(p.pid, 0);
    if (p.pid == 0) {
        const char *out = options->stdout_path == NULL ? p.out_path : options->stdout_path;
        int in = open("/dev/null", O_RDONLY);
        int to_out = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        int to_err = open(p.err_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (in < 0 || to_out < 0 || to_err < 0 || dup2(in, 0) < 0 || dup2(to_out, 1) < 0 ||
            dup2(to_err, 2) < 0) {
            _exit(126);
        }
        if (options->file_size > 0) {
            struct rlimit limit = {options->file_size, options->file_size};
            signal(SIGXFSZ, SIG_IGN); // a write then fails instead of ending the program
            if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
                _exit(126);
            }
        }
        execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return p;
}

static inline void take_text(const char *path, char *text, size_t size, bool *is_cut)
{
    FILE *file = fopen(path, "rb");
    size_t used = file == NULL ? 0 : fread(text, 1, size - 1, file);
    *is_cut = used == size - 1;
    text[used] = '\0';
    if (file != NULL) {
        fclose(file);
    }
    unlink(path);
}

/// Waits for the end of a program.
static inline void finish_program(const process *p, result *r)
{
    int status = 0;
    bool is_cut = false;
    ck_assert_int_eq(waitpid(p->pid, &status, 0), p->pid);
    r->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    r->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    take_text(p->out_path, r->out, sizeof r->out, &r->is_cut);
    take_text(p->err_path, r->err, sizeof r->err, &is_cut);
}

/// What the last RUN left.
static result ran;

static inline int run_program(const start_options *options, const char *const *arguments)
{
    process p = start_program(options, arguments);
    finish_program(&p, &ran);
    return ran.code;
}

/// Runs the program with these arguments; answers the exit code, the rest is in `ran`.
#define RUN(...) run_program(&(start_options){0}, (const char *const[]){__VA_ARGS__, NULL})

/// The program ended well, and said nothing on stderr.
#define ASSERT_DONE(...)                                                                      \
    do {                                                                                      \
        int done_code = RUN(__VA_ARGS__);                                                     \
        ck_assert_msg(done_code == 0 && ran.err[0] == '\0', "code %d, stderr: %s", done_code, \
                      ran.err);                                                               \
    } while (0)

/// Whether stderr holds one line, of the program's, with `part` in it.
static inline bool is_one_line(const char *err, const char *part)
{
    const char *end = strchr(err, '\n');
    return strncmp(err, "rill", 4) == 0 && end != NULL && end[1] == '\0' &&
           strstr(err, part) != NULL;
}

/// The last RUN ended with this code and one line on stderr that contains `part`.
#define ASSERT_FAILED_WITH(expected, part)                                                        \
    do {                                                                                          \
        ck_assert_msg(ran.code == (expected), "code %d (signal %d), expected %d: %s", ran.code,   \
                      ran.signal, expected, ran.err);                                             \
        ck_assert_msg(is_one_line(ran.err, part), "not one line with \"%s\": %s", part, ran.err); \
    } while (0)

#endif
