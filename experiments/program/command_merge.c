#include "experiments/program/program.h"
#include "experiments/shard.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <rill/experiment.h>
#include <rill/store.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/// Directories with results, in the order in which they are merged.
typedef struct sources {
    char **directories; ///< (n)
    size_t n;
} sources;

static void release_sources(sources *from)
{
    for (size_t i = 0; i < from->n; i++) {
        free(from->directories[i]);
    }
    free(from->directories);
}

/// Whether a directory holds results, and which file they are in.
static bool find_results(const char *directory, struct stat *file)
{
    char path[4096];
    const int length = snprintf(path, sizeof path, "%s/results.sqlite", directory);
    return length > 0 && (size_t)length < sizeof path && stat(path, file) == 0;
}

/// Adds a directory if it holds results, and others than `out` does.
static rill_status add_results(sources *from, const char *directory, const char *out,
                               rill_error *error)
{
    struct stat file;
    struct stat file_of_out;
    if (!find_results(directory, &file) ||
        (find_results(out, &file_of_out) && file.st_dev == file_of_out.st_dev &&
         file.st_ino == file_of_out.st_ino)) {
        return RILL_OK;
    }
    char **larger = realloc(from->directories, (from->n + 1) * sizeof *larger);
    char *copy = strdup(directory);
    from->directories = larger == NULL ? from->directories : larger;
    if (larger == NULL || copy == NULL) {
        free(copy);
        return rill_error_no_memory(error);
    }
    from->directories[from->n++] = copy;
    return RILL_OK;
}

/// By length first: shard 2 before shard 10.
static int compare_names(const void *a, const void *b)
{
    const char *x = *(char *const *)a;
    const char *y = *(char *const *)b;
    const size_t x_length = strlen(x);
    const size_t y_length = strlen(y);
    return x_length != y_length ? (x_length < y_length ? -1 : 1) : strcmp(x, y);
}

/// Adds a directory's own results, and those of the shards in it.
static rill_status add_directory(sources *from, const char *directory, const char *out,
                                 rill_error *error)
{
    rill_status status = add_results(from, directory, out, error);
    const size_t first = from->n;
    DIR *listing = opendir(directory);
    if (listing == NULL) {
        return rill_error_set(error, RILL_IO, "", "cannot read the directory %s: %s", directory,
                              strerror(errno));
    }
    const struct dirent *entry = NULL;
    while (status == RILL_OK && (entry = readdir(listing)) != NULL) {
        rill_shard shard;
        char path[4096];
        if (rill_shard_of_name(&shard, entry->d_name)) {
            snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
            status = add_results(from, path, out, error);
        }
    }
    closedir(listing);
    if (from->n > first) {
        qsort(from->directories + first, from->n - first, sizeof *from->directories, compare_names);
    }
    return status;
}

/// What results are merged into.
typedef struct target {
    const char *directory;
    char *config; ///< of the source before; NULL: none yet
    rill_experiment *experiment;
    rill_store *store;
} target;

static void close_target(target *into)
{
    rill_store_close(into->store);
    rill_experiment_destroy(into->experiment);
    free(into->config);
    into->store = NULL;
    into->experiment = NULL;
    into->config = NULL;
}

/// Opens the target for the experiment of a source, unless it is open for that.
static rill_status open_target(target *into, const rill_store *from, rill_error *error)
{
    const char *config = rill_store_config(from);
    if (into->config != NULL && strcmp(into->config, config) == 0) {
        return RILL_OK;
    }
    close_target(into);
    into->config = strdup(config);
    if (into->config == NULL) {
        return rill_error_no_memory(error);
    }
    rill_status status = rill_experiment_parse(&into->experiment, config, NULL, error);
    return status == RILL_OK
               ? rill_store_open(&into->store, into->directory, into->experiment, false, error)
               : status;
}

static rill_status merge(target *into, const char *directory, bool is_quiet, rill_error *error)
{
    rill_store *from = NULL;
    int64_t n_runs = 0;
    int64_t n_new = 0;
    rill_status status = rill_store_open_results(&from, directory, error);
    status = status == RILL_OK ? open_target(into, from, error) : status;
    status =
        status == RILL_OK ? rill_store_merge(into->store, from, &n_runs, &n_new, error) : status;
    rill_store_close(from);
    if (status == RILL_OK && !is_quiet) {
        printf("%s: %" PRId64 " run%s, %" PRId64 " new\n", directory, n_runs,
               n_runs == 1 ? "" : "s", n_new);
        fflush(stdout);
    }
    return status;
}

/// What the target holds now.
static rill_status print_total(const target *into, rill_error *error)
{
    const int64_t n_runs = into->experiment->runs * into->experiment->n_variants;
    uint8_t *is_done = calloc((size_t)n_runs, 1);
    if (is_done == NULL) {
        return rill_error_no_memory(error);
    }
    int64_t n_done = 0;
    rill_status status =
        rill_store_done(into->store, into->experiment->runs, is_done, &n_done, error);
    free(is_done);
    if (status == RILL_OK) {
        printf("%s holds %" PRId64 " of %" PRId64 " runs%s\n", into->directory, n_done, n_runs,
               n_done == n_runs ? "."
                                : "; merge again when there are more, or make the rest there by "
                                  "`rill run` with --out");
    }
    return status;
}

static int run(const command *self, int argc, char **argv)
{
    const char *out = NULL;
    bool is_quiet = false;
    const option options[] = {
        {"--out", OPTION_TEXT, &out, "DIR",
         "where all is put together (default: the one DIR, if it holds shards)", 0, 0},
        {"--quiet", OPTION_FLAG, &is_quiet, NULL, "say nothing where all is well", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments == 0) {
        return fail_usage(self, "expected result directories; `rill merge --help` explains");
    }
    if (out == NULL && n_arguments > 1) {
        return fail_usage(self, "say where the results of %d directories go: --out DIR",
                          n_arguments);
    }
    rill_error error = {0};
    sources from = {0};
    target into = {.directory = out == NULL ? argv[1] : out};
    rill_status status = RILL_OK;
    const char *place = NULL;
    for (int i = 1; i <= n_arguments && status == RILL_OK; i++) {
        const size_t n_before = from.n;
        struct stat file;
        status = add_directory(&from, argv[i], into.directory, &error);
        if (status == RILL_OK && from.n == n_before &&
            (out == NULL || !find_results(argv[i], &file))) {
            status = rill_error_set(&error, RILL_IO, "", "%s holds no %s to merge", argv[i],
                                    out == NULL ? "shards (directories shard-I-of-N, made by "
                                                  "`rill run --shard I/N`)"
                                                : "results");
        }
    }
    for (size_t i = 0; i < from.n && status == RILL_OK; i++) {
        place = from.directories[i];
        status = merge(&into, place, is_quiet, &error);
    }
    place = status == RILL_OK ? NULL : place;
    if (status == RILL_OK && !is_quiet && into.store != NULL) {
        status = print_total(&into, &error);
    }
    int code = status == RILL_OK ? finish_output() : fail(place, &error);
    close_target(&into);
    release_sources(&from);
    return code;
}

const command command_merge = {
    .name = "merge",
    .arguments = "DIR...",
    .summary = "put results of many machines together",
    .help =
        "Copies the runs of result directories into one, which is then as if one machine had made\n"
        "them all. A DIR may hold results, or shards (made by `rill run --shard`), or both. They must\n"
        "be of the same experiment, and a run that is there twice must be the same; hashes are\n"
        "checked. What is in --out stays, and is added to: merge again when more runs are there.\n"
        "The directories merged are only read.\n"
        "\n"
        "  rill merge results/my\n"
        "  rill merge node1/results/my node2/results/my --out results/my",
    .run = run,
};
