#include "experiments/program/policy_c.h"
#include "experiments/program/program.h"
#include "experiments/program/saved.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAME = 64 };

/// An identifier of a file's name: what is between the last slash and the first dot after it.
static void name_of(const char *path, char name[MAX_NAME])
{
    const char *slash = strrchr(path, '/');
    const char *c = slash == NULL ? path : slash + 1;
    size_t n = 0;
    if (!isalpha((unsigned char)*c)) {
        memcpy(name, "policy_", n = 7);
    }
    for (; *c != '\0' && *c != '.' && n + 1 < MAX_NAME; c++) {
        name[n++] = isalnum((unsigned char)*c) ? *c : '_';
    }
    name[n] = '\0';
}

/// Writes a text to a file, NULL: to standard output; answers an exit code.
static int deliver(const char *path, const char *text, size_t size)
{
    if (path == NULL) {
        fwrite(text, 1, size, stdout);
        return finish_output();
    }
    FILE *file = fopen(path, "wb");
    const bool is_written = file != NULL && fwrite(text, 1, size, file) == size;
    if ((file != NULL && fclose(file) != 0) || !is_written) {
        rill_error error = {0};
        rill_error_set(&error, RILL_IO, "", "cannot write: %s", strerror(errno));
        return fail(path, &error);
    }
    return EXIT_DONE;
}

static int export_policy(const saved_choice *choice, const char *path)
{
    rill_error error = {0};
    rill_run record;
    rill_saved_agent saved = {0};
    void *bytes = NULL;
    char *text = NULL, name[MAX_NAME];
    size_t size = 0, length = 0;
    name_of(path == NULL ? "policy.h" : path, name);
    rill_status status = saved_find(choice, &bytes, &size, &record, &error);
    status = status == RILL_OK ? rill_saved_agent_read(&saved, bytes, size, &error) : status;
    if (status == RILL_OK) {
        FILE *memory = open_memstream(&text, &length); // nothing is half-written
        status = memory == NULL ? rill_error_no_memory(&error)
                                : policy_c_write(memory, &saved, name, &error);
        if (memory != NULL && fclose(memory) != 0 && status == RILL_OK) {
            status = rill_error_no_memory(&error);
        }
    }
    const int code = status == RILL_OK ? deliver(path, text, length) : fail(choice->path, &error);
    free(text);
    free(bytes);
    rill_run_clear(&record);
    rill_saved_agent_clear(&saved);
    return code;
}

static int run(const command *self, int argc, char **argv)
{
    const char *format = NULL, *path = NULL;
    saved_choice choice = {NULL, NULL, SAVED_FIRST_RUN};
    const option options[] = {
        {"--format", OPTION_TEXT, &format, "c", "a header in C99, which C++ compiles too", 0, 0},
        {"-o", OPTION_TEXT, &path, "FILE.h", "the header (default: standard output)", 0, 0},
        {"--agent", OPTION_TEXT, &choice.label, "LABEL", "this agent or variant (the first)", 0, 0},
        {"--run", OPTION_INTEGER, &choice.run, "N", "as learned in run N (0)", 0, 1 << 30},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    const int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments != 1) {
        return fail_usage(self, "expected one result directory, or the file of an agent; "
                                "`rill export-policy --help` explains");
    }
    if (format == NULL || strcmp(format, "c") != 0) {
        return fail_usage(self, "--format: %s%.40s%s; expected c",
                          format == NULL ? "missing" : "\"", format == NULL ? "" : format,
                          format == NULL ? "" : "\" is not known");
    }
    choice.path = argv[1];
    return export_policy(&choice, path);
}

const command command_export_policy = {
    .name = "export-policy",
    .arguments = "DIR|FILE --format c",
    .summary = "write a learned policy as C that depends on nothing",
    .help =
        "Writes one C header (C99, C++) with what a stored agent has learned to do and the function\n"
        "NAME_action, NAME from the name of FILE.h: no heap, no stdio, no libm, no state, for\n"
        "micro-controllers and games (a compiler may call memset and memcpy). DIR and FILE are as in `rill evaluate --help`.\n"
        "\n"
        "What is exported is the policy without exploration, as `rill evaluate` acts: the greedy\n"
        "action, of a learned policy the likeliest one or, of a Gaussian, the mean; exactly, where\n"
        "the header is compiled with -ffp-contract=off.\n"
        "  discrete observations: any agent, as a table of actions:\n"
        "      int32_t NAME_action(int32_t observation)\n"
        "  a box: action values or a policy, linear in features tile_coding (without table_size),\n"
        "  state_aggregation, raw or polynomial:\n"
        "      int32_t NAME_action(const float *observation)\n"
        "  actions that are a box are written to a further argument, float *action.\n"
        "\n"
        "  rill export-policy results/example-6.6-cliff-walking --format c -o cliff.h\n"
        "  rill export-policy car.safetensors --format c -o mountain_car.h",
    .run = run,
};
