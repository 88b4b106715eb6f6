#include "plots/window/film_encoder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 // where SO_NOSIGPIPE says the same of a socket
#endif

extern char **environ;

struct film_encoder {
    pid_t pid; ///< 0: it has ended
    int input; ///< our end of its standard input
    FILE *log; ///< its standard error
    char path[512];
    unsigned char *bytes; ///< (height, width, 4) red, green, blue, 255
};

/// How a kind of file is encoded.
typedef struct format {
    const char *ending;
    const char *arguments[16];
    const char *text;
} format;

// Players want even sizes of mp4 and webm; a picture of an odd one gets a white row or column. A gif has
// 256 colours, here of each picture its own, so that a long film need not wait in memory for its end.
#define EVEN "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white"
#define PALETTE "fps=30,split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1"
static const format formats[] = {
    {".mp4",
     {"-vf", EVEN, "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p",
      "-movflags", "+faststart", NULL},
     " -vf '" EVEN "' -c:v libx264 -pix_fmt yuv420p"},
    {".webm",
     {"-vf", EVEN, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "6", "-crf", "30",
      "-b:v", "0", "-pix_fmt", "yuv420p", NULL},
     " -vf '" EVEN "' -c:v libvpx-vp9 -pix_fmt yuv420p"},
    {".gif", {"-filter_complex", PALETTE, NULL}, " -filter_complex '" PALETTE "'"},
};

static const format *find_format(const char *ending)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(formats[i].ending, ending) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

const char *const *film_encoder_arguments(const char *ending)
{
    const format *found = find_format(ending);
    return found == NULL ? NULL : found->arguments;
}

const char *film_encoder_text(const char *ending)
{
    const format *found = find_format(ending);
    return found == NULL ? "" : found->text;
}

/// Starts ffmpeg with a socket as its input and a file for its complaints; errno's number, 0 when it runs.
static int start(film_encoder *self, const format *how, int input, const char *size,
                 const char *target)
{
    char rate[8];
    snprintf(rate, sizeof rate, "%d", FILM_RATE);
    const char *const head[] = {
        "ffmpeg", "-loglevel",   "error", "-nostdin",   "-y", "-f", "rawvideo", "-pixel_format",
        "rgba",   "-video_size", size,    "-framerate", rate, "-i", "pipe:0"};
    enum { N_HEAD = sizeof head / sizeof head[0] };
    const char *argv[N_HEAD + sizeof how->arguments / sizeof how->arguments[0] + 2] = {NULL};
    size_t n = 0;
    for (size_t i = 0; i < N_HEAD; i++) {
        argv[n++] = head[i];
    }
    for (size_t i = 0; how->arguments[i] != NULL; i++) {
        argv[n++] = how->arguments[i];
    }
    argv[n] = target;
    // signals of the terminal are for the window, which ends the film
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    int failed = posix_spawnattr_init(&attributes);
    if (failed != 0) {
        return failed;
    }
    failed = posix_spawn_file_actions_init(&files);
    if (failed == 0) {
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawn_file_actions_adddup2(&files, input, 0);
        posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_adddup2(&files, fileno(self->log), 2);
        failed = posix_spawnp(&self->pid, "ffmpeg", &files, &attributes,
                              (char *const *)(uintptr_t)argv, environ);
        posix_spawn_file_actions_destroy(&files);
    }
    posix_spawnattr_destroy(&attributes);
    return failed;
}

static void release(film_encoder *self)
{
    if (self->input >= 0) {
        close(self->input);
    }
    if (self->log != NULL) {
        fclose(self->log);
    }
    free(self->bytes);
    free(self);
}

/// Waits for the end, and makes an error of it unless it was a good one.
static rill_status finish(film_encoder *self, rill_error *error)
{
    int status = 0;
    close(self->input);
    self->input = -1;
    while (waitpid(self->pid, &status, 0) < 0 && errno == EINTR) {
    }
    self->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return RILL_OK;
    }
    char said[256] = "";
    rewind(self->log);
    if (fgets(said, (int)sizeof said, self->log) != NULL) {
        said[strcspn(said, "\n")] = '\0';
    }
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    return rill_error_set(error, RILL_IO, "", "ffmpeg could not make %.150s (%s %d)%s%s",
                          self->path, WIFEXITED(status) ? "exit status" : "ended by signal", code,
                          said[0] == '\0' ? "" : ": ", said);
}

rill_status film_encoder_open(film_encoder **self, const char *path, const char *ending, int width,
                              int height, bool *is_missing, rill_error *error)
{
    *self = NULL;
    *is_missing = false;
    film_encoder *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        return rill_error_no_memory(error);
    }
    int sockets[2];
    opened->input = -1;
    opened->log = tmpfile();
    opened->bytes = malloc(4 * (size_t)width * (size_t)height);
    snprintf(opened->path, sizeof opened->path, "%s", path);
    if (opened->bytes == NULL || opened->log == NULL ||
        socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) {
        const int number = errno;
        release(opened);
        return rill_error_set(error, RILL_IO, "", "cannot start ffmpeg: %s", strerror(number));
    }
    opened->input = sockets[0];
    fcntl(sockets[0], F_SETFD, FD_CLOEXEC); // else ffmpeg would wait for itself
    fcntl(sockets[1], F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
    setsockopt(sockets[0], SOL_SOCKET, SO_NOSIGPIPE, &(int){1}, sizeof(int));
#endif
    char size[32], target[520];
    snprintf(size, sizeof size, "%dx%d", width, height);
    snprintf(target, sizeof target, "file:%s", path); // a name with a colon is no protocol
    const int failed = start(opened, find_format(ending), sockets[1], size, target);
    close(sockets[1]);
    if (failed != 0) {
        release(opened);
        *is_missing = failed == ENOENT;
        return *is_missing ? RILL_OK
                           : rill_error_set(error, RILL_IO, "", "cannot start ffmpeg: %s",
                                            strerror(failed));
    }
    *self = opened;
    return RILL_OK;
}

rill_status film_encoder_write(film_encoder *self, const raster *picture, rill_error *error)
{
    const size_t n = (size_t)picture->width * (size_t)picture->height;
    for (size_t i = 0; i < n; i++) {
        self->bytes[4 * i] = (unsigned char)(picture->pixels[i] >> 16);
        self->bytes[4 * i + 1] = (unsigned char)(picture->pixels[i] >> 8);
        self->bytes[4 * i + 2] = (unsigned char)picture->pixels[i];
        self->bytes[4 * i + 3] = 255;
    }
    for (size_t sent = 0; sent < 4 * n;) {
        const ssize_t taken = send(self->input, self->bytes + sent, 4 * n - sent, MSG_NOSIGNAL);
        if (taken >= 0) {
            sent += (size_t)taken;
        } else if (errno != EINTR) { // it reads no more: it has ended
            const rill_status status = finish(self, error);
            return status != RILL_OK
                       ? status
                       : rill_error_set(error, RILL_IO, "",
                                        "ffmpeg ended before the film %.200s did", self->path);
        }
    }
    return RILL_OK;
}

rill_status film_encoder_close(film_encoder *self, rill_error *error)
{
    const rill_status status = self->pid == 0 ? RILL_OK : finish(self, error);
    release(self);
    return status;
}
