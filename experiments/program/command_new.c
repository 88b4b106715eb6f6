#include "experiments/program/program.h"
#include "experiments/program/templates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_NAME = 40, PATH_SIZE = 4096 };

/// What can be written: a source file and its test.
typedef struct kind {
    const char *family, *kind;       ///< "env", "grid"; the kind is "" where there is one only
    const char *source, *test;       ///< templates
    const char *folder;              ///< of the source
    const char *placeholder, *title; ///< in the templates
} kind;

static const kind kinds[] = {
    {"env", "grid", "env_grid.c", "env_grid_test.c", "envs", "my_env", "My env"},
    {"env", "control", "env_control.c", "env_control_test.c", "envs", "my_env", "My env"},
    {"agent", "", "agent.c", "agent_test.c", "agents", "my_agent", "My agent"},
};

static const char *find_template(const char *name)
{
    size_t i = 0;
    while (strcmp(templates[i].name, name) != 0) {
        i++;
    }
    return templates[i].text;
}

// ---------------------------------------------------------------------------------------- the name

/// RILL_INVALID unless the name can be a file's, an id and a part of C identifiers.
static rill_status check_name(const kind *chosen, const char *name, rill_error *error)
{
    const size_t length = strlen(name);
    if (length != strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") || length == 0 ||
        strchr("0123456789_", name[0]) != NULL || length > MAX_NAME) {
        return rill_error_set(error, RILL_INVALID, "",
                              "\"%.60s\" is no name; allowed are small letters, digits and _, a "
                              "letter first, %d at most, for instance two_rooms",
                              name, MAX_NAME);
    }
    if (strncmp(name, "rill", 4) == 0) {
        return rill_error_set(error, RILL_INVALID, "",
                              "\"%s\" could clash with a name of the library; names do not begin "
                              "with rill",
                              name);
    }
    const bool is_env = strcmp(chosen->family, "env") == 0;
    if (is_env ? rill_env_type_find(name, NULL, NULL) != NULL
               : rill_agent_type_find(name, NULL) != NULL) {
        return rill_error_set(error, RILL_INVALID, "",
                              "there is an %s \"%s\" already; `rill describe %s` shows it",
                              is_env ? "environment" : chosen->family, name, name);
    }
    return RILL_OK;
}

// ---------------------------------------------------------------------------------------- the files

/// The checkout around the working directory: from there up, the first directory with rill's own
/// files. To `root`, of PATH_SIZE.
static rill_status find_checkout(char *root, rill_error *error)
{
    static const char *const marks[] = {"include/rill/env_define.h", "cmake/registry.cmake", "envs",
                                        "agents", "tests/test.h"};
    char start[PATH_SIZE] = "";
    if (getcwd(start, sizeof start) == NULL) {
        return rill_error_set(error, RILL_IO, "", "cannot tell the working directory: %s",
                              strerror(errno));
    }
    snprintf(root, PATH_SIZE, "%s", start);
    for (char *end = root + strlen(root); end != NULL; end = strrchr(root, '/')) {
        *end = '\0';
        bool is_checkout = true;
        for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
            char path[PATH_SIZE + 64];
            snprintf(path, sizeof path, "%s/%s", root, marks[i]);
            is_checkout = is_checkout && access(path, F_OK) == 0;
        }
        if (is_checkout) {
            return RILL_OK;
        }
    }
    return rill_error_set(error, RILL_INVALID, "",
                          "%.200s is not in a checkout of rill, where the files would go; go to "
                          "one: git clone, then cd",
                          start);
}

/// Writes a text with the placeholders replaced.
static void write_filled(FILE *file, const char *text, const kind *chosen, const char *name)
{
    char title[MAX_NAME + 1];
    snprintf(title, sizeof title, "%s", name);
    title[0] = (char)(title[0] - 'a' + 'A');
    for (char *c = title; *c != '\0'; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
    const size_t n_placeholder = strlen(chosen->placeholder), n_title = strlen(chosen->title);
    while (*text != '\0') {
        if (strncmp(text, chosen->placeholder, n_placeholder) == 0) {
            fputs(name, file);
            text += n_placeholder;
        } else if (strncmp(text, chosen->title, n_title) == 0) {
            fputs(title, file);
            text += n_title;
        } else {
            fputc(*text++, file);
        }
    }
}

/// One file to write: first under a name that nothing reads, then all are renamed.
typedef struct output {
    const char *text;
    char path[PATH_SIZE + 128], draft[PATH_SIZE + 136];
    bool has_draft, is_there;
} output;

static rill_status write_draft(output *out, const kind *chosen, const char *name, rill_error *error)
{
    if (access(out->path, F_OK) == 0) {
        return rill_error_set(error, RILL_INVALID, "", "%.400s exists; nothing was written",
                              out->path);
    }
    FILE *file = fopen(out->draft, "w");
    if (file == NULL) {
        return rill_error_set(error, RILL_IO, "", "cannot write %.400s: %s", out->draft,
                              strerror(errno));
    }
    out->has_draft = true;
    write_filled(file, out->text, chosen, name);
    const bool is_written = ferror(file) == 0;
    if (fclose(file) != 0 || !is_written) {
        return rill_error_set(error, RILL_IO, "", "cannot write %.400s: %s", out->draft,
                              strerror(errno));
    }
    return RILL_OK;
}

/// Writes all files or none.
static rill_status write_files(output *outputs, size_t n, const kind *chosen, const char *name,
                               rill_error *error)
{
    rill_status status = RILL_OK;
    for (size_t i = 0; i < n && status == RILL_OK; i++) {
        status = write_draft(&outputs[i], chosen, name, error);
    }
    for (size_t i = 0; i < n && status == RILL_OK; i++) {
        if (rename(outputs[i].draft, outputs[i].path) != 0) {
            status = rill_error_set(error, RILL_IO, "", "cannot write %.400s: %s", outputs[i].path,
                                    strerror(errno));
        } else {
            outputs[i].has_draft = false;
            outputs[i].is_there = true;
        }
    }
    for (size_t i = 0; i < n && status != RILL_OK; i++) {
        if (outputs[i].has_draft) {
            unlink(outputs[i].draft);
        }
        if (outputs[i].is_there) {
            unlink(outputs[i].path);
        }
    }
    return status;
}

static rill_status write_new(const kind *chosen, const char *name, rill_error *error)
{
    enum { N = 2 };
    char root[PATH_SIZE];
    output outputs[N] = {{.text = find_template(chosen->source)},
                         {.text = find_template(chosen->test)}};
    rill_status status = check_name(chosen, name, error);
    status = status == RILL_OK ? find_checkout(root, error) : status;
    if (status != RILL_OK) {
        return status;
    }
    const char *const folders[N] = {chosen->folder, "tests"};
    const char *const prefixes[N] = {"", "test_"};
    for (int i = 0; i < N; i++) {
        output *out = &outputs[i];
        snprintf(out->path, sizeof out->path, "%s/%s/%s%s.c", root, folders[i], prefixes[i], name);
        snprintf(out->draft, sizeof out->draft, "%s/%s/%s%s.c.new", root, folders[i], prefixes[i],
                 name);
    }
    status = write_files(outputs, N, chosen, name, error);
    if (status == RILL_OK) {
        printf("wrote %s\n      %s\n\nBuild it and run its test, then have a look at it:\n"
               "  %s/script/test -R '^test_%s$'\n  %s/build/release/rill %s %s\n",
               outputs[0].path, outputs[1].path, root, name, root,
               strcmp(chosen->family, "env") == 0 ? "check-env" : "describe", name);
    }
    return status;
}

// ----------------------------------------------------------------------------------------- command

/// What is asked for; NULL and a message when there is no such.
static const kind *find_kind(const command *self, const char *family, const char *name)
{
    const size_t n = sizeof kinds / sizeof kinds[0];
    const kind *first = NULL;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(kinds[i].family, family) == 0) {
            first = first == NULL ? &kinds[i] : first;
            if (name == NULL || strcmp(kinds[i].kind, name) == 0) {
                return &kinds[i];
            }
        }
    }
    if (first == NULL) {
        fail_usage(self, "\"%.60s\" is neither env nor agent", family);
    } else if (first->kind[0] == '\0') {
        fail_usage(self, "--kind is for environments; there is one kind of %s", family);
    } else {
        fail_usage(self, "--kind: \"%.60s\" is neither grid nor control", name);
    }
    return NULL;
}

static int run(const command *self, int argc, char **argv)
{
    const char *kind_name = NULL;
    const option options[] = {
        {"--kind", OPTION_TEXT, &kind_name, "grid|control",
         "of environments: a finite grid (the default), or box actions", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments != 2) {
        return fail_usage(self, "expected env or agent, and a name: rill new env two_rooms");
    }
    const kind *chosen = find_kind(self, argv[1], kind_name);
    if (chosen == NULL) {
        return EXIT_USAGE;
    }
    rill_error error = {0};
    if (write_new(chosen, argv[2], &error) != RILL_OK) {
        return fail(self->name, &error);
    }
    return finish_output();
}

const command command_new = {
    .name = "new",
    .arguments = "env|agent NAME",
    .summary = "write an environment or agent of your own, with its test",
    .help =
        "Writes envs/NAME.c or agents/NAME.c and tests/test_NAME.c into the checkout of rill around\n"
        "the working directory. Both work as they are: the build finds them by being there, the\n"
        "environment passes `rill check-env`, and NAME is its id in experiment files and on the\n"
        "command line. Then make them yours, a step at a time, and check again after each. Nothing\n"
        "that exists is overwritten. Where a name is long, script/format breaks lines anew.\n"
        "\n"
        "  rill new env two_rooms\n"
        "  rill new env my_robot --kind control\n"
        "  rill new agent my_sarsa",
    .run = run,
};
