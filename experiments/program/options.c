#include "experiments/program/program.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_help(const command *self, const option *options)
{
    printf("rill %s - %s\n\nusage: rill %s%s%s%s\n\n%s\n", self->name, self->summary, self->name,
           self->arguments[0] == '\0' ? "" : " ", self->arguments,
           options[0].name == NULL ? "" : " [options]", self->help);
    printf("\noptions:\n");
    for (size_t i = 0; options[i].name != NULL; i++) {
        char left[64];
        snprintf(left, sizeof left, "%s%s%s", options[i].name, options[i].value == NULL ? "" : " ",
                 options[i].value == NULL ? "" : options[i].value);
        printf("  %-22s %s\n", left, options[i].doc);
    }
    printf("  %-22s %s\n", "--help", "this text");
}

static bool read_number(const command *self, const option *chosen, const char *text, double *value)
{
    char *end = NULL;
    *value = strtod(text, &end);
    bool is_whole = chosen->kind == OPTION_REAL || floor(*value) == *value;
    if (end == text || *end != '\0' || !is_whole) {
        fail_usage(self, "%s: \"%.60s\" is not a %s", chosen->name, text,
                   chosen->kind == OPTION_REAL ? "number" : "whole number");
        return false;
    }
    if (!(*value >= chosen->min && *value <= chosen->max)) {
        fail_usage(self, "%s: %.16g is out of range, allowed is %.16g to %.16g", chosen->name,
                   *value, chosen->min, chosen->max);
        return false;
    }
    return true;
}

static bool set_option(const command *self, const option *chosen, const char *text)
{
    double number = 0.0;
    switch (chosen->kind) {
    case OPTION_FLAG:
        *(bool *)chosen->target = true;
        return true;
    case OPTION_TEXT:
        *(const char **)chosen->target = text;
        return true;
    case OPTION_INTEGER:
        if (!read_number(self, chosen, text, &number)) {
            return false;
        }
        *(int64_t *)chosen->target = (int64_t)number;
        return true;
    case OPTION_REAL:
        if (!read_number(self, chosen, text, &number)) {
            return false;
        }
        *(double *)chosen->target = number;
        return true;
    case OPTION_REPEATED: {
        option_list *list = chosen->target;
        const char **items = realloc(list->items, (list->count + 2) * sizeof *items);
        if (items == NULL) {
            fail_usage(self, "out of memory");
            return false;
        }
        items[list->count++] = text;
        items[list->count] = NULL;
        list->items = items;
        return true;
    }
    }
    return false;
}

/// The option that `argument` names, up to '=' when it has one; NULL and a message when none.
static const option *find_option(const command *self, const option *options, const char *argument)
{
    enum { MAX_OPTIONS = 32 };
    const char *names[MAX_OPTIONS + 1] = {NULL};
    size_t length = strcspn(argument, "=");
    for (size_t i = 0; options[i].name != NULL && i < MAX_OPTIONS; i++) {
        names[i] = options[i].name;
        if (strlen(options[i].name) == length && strncmp(options[i].name, argument, length) == 0) {
            return &options[i];
        }
    }
    const char *nearest = rill_nearest_name(argument, names);
    if (nearest != NULL) {
        fail_usage(self, "unknown option %.60s; did you mean %s?", argument, nearest);
    } else {
        fail_usage(self, "unknown option %.60s; `rill %s --help` shows them", argument, self->name);
    }
    return NULL;
}

int options_read(const command *self, const option *options, int argc, char **argv)
{
    int n_arguments = 0;
    bool is_over = false; // after "--" everything is an argument
    for (int i = 1; i < argc; i++) {
        char *argument = argv[i];
        if (!is_over && strcmp(argument, "--") == 0) {
            is_over = true;
            continue;
        }
        if (is_over || argument[0] != '-' || argument[1] == '\0') {
            argv[++n_arguments] = argument;
            continue;
        }
        if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
            print_help(self, options);
            return -1;
        }
        const option *chosen = find_option(self, options, argument);
        if (chosen == NULL) {
            return -2;
        }
        const char *text = strchr(argument, '=');
        text = text == NULL ? NULL : text + 1;
        if (chosen->kind == OPTION_FLAG && text != NULL) {
            fail_usage(self, "%s takes no value", chosen->name);
            return -2;
        }
        if (chosen->kind != OPTION_FLAG && text == NULL) {
            if (i + 1 == argc) {
                fail_usage(self, "%s needs a value: %s %s", chosen->name, chosen->name,
                           chosen->value);
                return -2;
            }
            text = argv[++i];
        }
        if (!set_option(self, chosen, text)) {
            return -2;
        }
    }
    return n_arguments;
}

void options_release(const option *options)
{
    for (size_t i = 0; options[i].name != NULL; i++) {
        if (options[i].kind == OPTION_REPEATED) {
            free(((option_list *)options[i].target)->items);
        }
    }
}

int options_exit_code(int answer)
{
    return answer == -1 ? finish_output() : EXIT_USAGE;
}

/// Prints on stderr; a line end or another control character (of a file's name, or a key in it)
/// becomes "?", so that a message is one line.
static void print_message(const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        fputc((unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c, stderr);
    }
}

int fail(const char *context, const rill_error *error)
{
    char place[sizeof error->file + 32] = "";
    const char *file = error->file[0] != '\0' ? error->file : context == NULL ? "" : context;
    const bool has_line = file[0] != '\0' && error->line > 0;
    snprintf(place, sizeof place, has_line ? "%.255s:%d:%d" : "%.255s", file, error->line,
             error->column);
    const char *const parts[] = {place, error->path, error->message};
    fputs("rill", stderr);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i][0] != '\0') {
            fputs(": ", stderr);
            print_message(parts[i]);
        }
    }
    fputc('\n', stderr);
    switch (error->status) {
    case RILL_OK:
    case RILL_FAILED:
    case RILL_NO_MEMORY:
        return EXIT_CHECK_FAILED;
    case RILL_INVALID:
        return EXIT_USAGE;
    case RILL_INTERRUPTED:
        return EXIT_INTERRUPTED;
    case RILL_IO:
        return EXIT_IO;
    }
    return EXIT_CHECK_FAILED;
}

int fail_usage(const command *self, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "rill %s: ", self->name);
    print_message(text);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

int finish_output(void)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "rill: cannot write the output: %s\n", strerror(errno));
        return EXIT_IO;
    }
    return EXIT_DONE;
}
