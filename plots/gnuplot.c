#include "plots/gnuplot.h"

#include "plots/gnuplot_style.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const endings[] = {"png", "svg", "pdf", NULL};

/// What is behind the last point of a file's name; "" where there is none.
static const char *ending_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *point = strrchr(slash == NULL ? path : slash, '.');
    return point == NULL ? "" : point + 1;
}

rill_status gnuplot_check_name(const char *picture, rill_error *error)
{
    const char *ending = ending_of(picture);
    const char *slash = strrchr(picture, '/');
    const char *name = slash == NULL ? picture : slash + 1;
    for (size_t i = 0; endings[i] != NULL; i++) {
        if (strcmp(ending, endings[i]) == 0 && ending > name + 1) {
            return RILL_OK;
        }
    }
    return rill_error_set(error, RILL_INVALID, "",
                          "\"%.120s\" is no name of a picture; expected one that ends with .png, "
                          ".svg or .pdf, as in figure.png",
                          picture);
}

/// In the child: its files, its directory, and then gnuplot itself. 127: there is none.
static void become_gnuplot(const char *directory, const char *input, int log, char *const *argv)
{
    const int in = open(input, O_RDONLY);
    const int out = open("/dev/null", O_WRONLY);
    if (in >= 0 && out >= 0 && dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(log, 2) >= 0 &&
        chdir(directory) == 0) {
        execvp(argv[0], argv);
        _exit(errno == ENOENT || errno == EACCES ? 127 : 126);
    }
    _exit(126);
}

/// Runs gnuplot in a directory with a file as its input. Answers its exit status, -1 where it could not be
/// started or was killed; `said` (size) is the first line on its stderr.
static int run_gnuplot(const char *directory, const char *input, const char *argument, char *said,
                       size_t size)
{
    char *const argv[] = {(char[]){"gnuplot"}, (char[]){"-d"}, (char *)(uintptr_t)argument, NULL};
    said[0] = '\0';
    FILE *log = tmpfile();
    if (log == NULL) {
        return -1;
    }
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0) {
        become_gnuplot(directory, input, fileno(log), argv);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    rewind(log);
    // a complaint shows the line and a caret first, and says what is wrong in the last line
    char line[512];
    while (fgets(line, (int)sizeof line, log) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        const char *text = line + strspn(line, " \t^");
        if (text[0] != '\0') {
            snprintf(said, size, "%s", text);
        }
    }
    fclose(log);
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

rill_status gnuplot_check(rill_error *error)
{
    char said[512];
    const int code = run_gnuplot(".", "/dev/null", "--version", said, sizeof said);
    if (code == 0) {
        return RILL_OK;
    }
    if (code == 127) {
        return rill_error_set(error, RILL_IO, "",
                              "gnuplot draws the figures and is not installed; install the "
                              "package gnuplot-nox (Debian, Ubuntu) or gnuplot (Fedora, Arch, "
                              "Homebrew), or run script/setup.sh gnuplot");
    }
    return rill_error_set(error, RILL_IO, "", "gnuplot cannot be run%s%s",
                          said[0] == '\0' ? "" : ": ", said);
}

/// A path with another ending, and room for one.
static char *with_ending(const char *picture, const char *ending)
{
    const size_t stem = (size_t)(ending_of(picture) - picture);
    const size_t size = stem + strlen(ending) + 1;
    char *path = malloc(size);
    if (path != NULL) {
        snprintf(path, size, "%.*s%s", (int)stem, picture, ending);
    }
    return path;
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static void release(gnuplot *figure)
{
    free(figure->picture);
    free(figure->script_path);
    free(figure->data_path);
    *figure = (gnuplot){0};
}

void gnuplot_abandon(gnuplot *figure)
{
    if (figure->script != NULL) {
        fclose(figure->script);
        unlink(figure->script_path);
    }
    if (figure->data != NULL) {
        fclose(figure->data);
        unlink(figure->data_path);
    }
    release(figure);
}

rill_status gnuplot_open(gnuplot *figure, const char *picture, const gnuplot_frame *frame,
                         rill_error *error)
{
    *figure = (gnuplot){0};
    rill_status status = gnuplot_check_name(picture, error);
    if (status != RILL_OK) {
        return status;
    }
    figure->picture = strdup(picture);
    figure->script_path = with_ending(picture, "gp");
    figure->data_path = with_ending(picture, "dat");
    if (figure->picture == NULL || figure->script_path == NULL || figure->data_path == NULL) {
        status = rill_error_no_memory(error);
        goto done;
    }
    figure->picture_name = name_of(figure->picture);
    figure->data_name = name_of(figure->data_path);
    const char *failed = figure->script_path;
    figure->script = fopen(figure->script_path, "w");
    if (figure->script != NULL) {
        failed = figure->data_path;
        figure->data = fopen(figure->data_path, "w");
    }
    if (figure->data == NULL) {
        status = rill_error_set(error, RILL_IO, "", "cannot write %s: %s", failed, strerror(errno));
        goto done;
    }
    gnuplot_style_print(figure, ending_of(picture), frame);
done:
    if (status != RILL_OK) {
        gnuplot_abandon(figure);
    }
    return status;
}

/// Closes both files; false where something was lost on the way to the disk.
static bool close_files(gnuplot *figure)
{
    const bool is_lost = ferror(figure->script) != 0 || ferror(figure->data) != 0;
    const bool is_closed = fclose(figure->script) == 0;
    const bool is_data_closed = fclose(figure->data) == 0;
    figure->script = figure->data = NULL;
    return !is_lost && is_closed && is_data_closed;
}

rill_status gnuplot_finish(gnuplot *figure, rill_error *error)
{
    rill_status status = RILL_OK;
    if (!close_files(figure)) {
        status = rill_error_set(error, RILL_IO, "", "cannot write %s and %s: %s",
                                figure->script_path, figure->data_path, strerror(errno));
        unlink(figure->script_path);
        unlink(figure->data_path);
        release(figure);
        return status;
    }
    char directory[4096] = ".";
    const size_t length = (size_t)(figure->picture_name - figure->picture);
    if (length > 0) {
        snprintf(directory, sizeof directory, "%.*s", (int)length, figure->picture);
    }
    unlink(figure->picture); // an earlier one must not pass for this
    const int code =
        run_gnuplot(directory, figure->script_path, "-", figure->log, sizeof figure->log);
    if (code != 0 || access(figure->picture, R_OK) != 0) {
        status = rill_error_set(error, RILL_IO, "", "gnuplot could not draw %s from %s%s%s",
                                figure->picture, figure->script_path,
                                figure->log[0] == '\0' ? "" : ": ", figure->log);
        unlink(figure->picture);
    }
    release(figure);
    return status;
}

int gnuplot_block(gnuplot *figure, const char *comment)
{
    fprintf(figure->data, figure->n_blocks > 0 ? "\n\n# " : "# ");
    for (const char *c = comment; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        fputc(byte < ' ' ? ' ' : byte, figure->data);
    }
    fputc('\n', figure->data);
    return figure->n_blocks++;
}

void gnuplot_print_text(FILE *script, const char *text)
{
    fputc('\'', script);
    for (const char *c = text; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        fputc(byte < ' ' ? ' ' : byte, script);
        if (*c == '\'') {
            fputc('\'', script);
        }
    }
    fputc('\'', script);
}
