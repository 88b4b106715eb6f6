#include "experiments/program/plan.h"
#include "experiments/program/progress.h"
#include "experiments/program/ranks_work.h"
#include "experiments/program/report.h"
#include "experiments/program/summary_report.h"
#include "experiments/shard.h"

#include "experiments/program/program.h"

#include <inttypes.h>
#include <rill/experiment.h>
#include <rill/store.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_bool stop_requested;

static void request_stop(int signal_number)
{
    // a second Ctrl-C ends at once
    struct sigaction fallback = {.sa_handler = SIG_DFL};
    sigaction(signal_number, &fallback, NULL);
    atomic_store(&stop_requested, true);
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = request_stop, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/// What the callbacks of a run need.
typedef struct session {
    rill_store *store;
    progress *progress;
} session;

static rill_status store_runs(void *context, rill_run *runs, size_t n, rill_error *error)
{
    const session *under_way = context;
    rill_status status = rill_store_put(under_way->store, runs, n, error);
    if (status == RILL_OK) {
        progress_note(under_way->progress, runs, n);
    }
    for (size_t i = 0; i < n; i++) {
        rill_run_clear(&runs[i]);
    }
    return status;
}

static rill_status store_checkpoint(void *context, const rill_checkpoint *checkpoint,
                                    rill_error *error)
{
    return rill_store_put_checkpoint(((session *)context)->store, checkpoint, error);
}

static void show_warning(void *context, const char *message)
{
    progress_warn(((session *)context)->progress, message);
}

static void show_progress(void *context, const rill_progress *all)
{
    progress_show(((session *)context)->progress, all);
}

static bool should_stop(void *context)
{
    (void)context;
    return atomic_load(&stop_requested);
}

/// "results/NAME" for "path/NAME.json".
static char *default_directory(const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *base = slash == NULL ? file : slash + 1;
    size_t length = strlen(base);
    if (length > 5 && strcmp(base + length - 5, ".json") == 0) {
        length -= 5;
    }
    size_t size = length + sizeof "results/";
    char *directory = malloc(size);
    if (directory != NULL) {
        snprintf(directory, size, "results/%.*s", (int)length, base);
    }
    return directory;
}

/// "DIR/shard-2-of-8", a directory beside those of the other shards.
static char *directory_of_shard(const char *directory, rill_shard shard)
{
    char name[40];
    rill_shard_name(shard, name);
    size_t size = strlen(directory) + sizeof name + 1;
    char *inner = malloc(size);
    if (inner != NULL) {
        snprintf(inner, size, "%s/%s", directory, name);
    }
    return inner;
}

static void print_title(const rill_experiment *experiment, const char *file, int32_t n_ranks)
{
    char count[32];
    const bool has_sweep = experiment->n_variants != experiment->n_agents;
    printf("%s\n", experiment->name[0] == '\0' ? file : experiment->name);
    if (experiment->source[0] != '\0') {
        printf("%s\n", experiment->source);
    }
    printf("%s, %d agent%s", experiment->env->type->id, (int)experiment->n_agents,
           experiment->n_agents == 1 ? "" : "s");
    if (has_sweep) {
        printf(" in %d variants", (int)experiment->n_variants);
    }
    printf(", %" PRId64 " run%s of ", experiment->runs, experiment->runs == 1 ? "" : "s");
    if (experiment->stop_episodes > 0) {
        format_count(experiment->stop_episodes, count, sizeof count);
        printf("%s episodes%s", count, experiment->stop_steps > 0 ? " or " : "");
    }
    if (experiment->stop_steps > 0) {
        format_count(experiment->stop_steps, count, sizeof count);
        printf("%s steps", count);
    }
    printf(" each, seed %" PRIu64, experiment->seed);
    if (n_ranks > 1) {
        printf(", on %d MPI ranks", (int)n_ranks);
    }
    printf("\n\n");
    fflush(stdout);
}

/// Marks the runs of other shards, by 2. Counts this one's runs, and those of them that are done.
static void leave_to_others(const rill_experiment *experiment, rill_shard shard, uint8_t *is_done,
                            int64_t *n_tasks, int64_t *n_done)
{
    *n_tasks = 0;
    *n_done = 0;
    for (int32_t variant = 0; variant < experiment->n_variants; variant++) {
        for (int64_t run = 0; run < experiment->runs; run++) {
            uint8_t *mark = &is_done[variant * experiment->runs + run];
            if (rill_shard_has(shard, experiment->n_variants, variant, run)) {
                ++*n_tasks;
                *n_done += *mark;
            } else {
                *mark = 2;
            }
        }
    }
}

/// Who runs, and how.
typedef struct effort {
    ranks *all;
    ranks_start start; ///< for the other ranks
    rill_shard shard;
    int32_t threads;
    double checkpoint_seconds;
    progress_form form;
    bool is_quiet;
} effort;

/// Runs what is not stored yet of a shard, and counts its runs. Answers the status of the run.
static rill_status run_missing(const rill_experiment *experiment, rill_store *store,
                               const effort *how, int64_t *n_tasks, rill_error *error)
{
    int64_t n_done = 0;
    rill_checkpoint *checkpoints = NULL;
    size_t n_checkpoints = 0;
    uint8_t *is_done = calloc((size_t)(experiment->runs * experiment->n_variants), 1);
    if (is_done == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    rill_status status = rill_store_done(store, experiment->runs, is_done, &n_done, error);
    if (status == RILL_OK && n_done > 0) {
        status = rill_store_check(store, experiment, 2.0, error);
    }
    leave_to_others(experiment, how->shard, is_done, n_tasks, &n_done);
    if (status == RILL_OK) {
        status =
            rill_store_checkpoints(store, experiment->runs, &checkpoints, &n_checkpoints, error);
    }
    if (status == RILL_OK && n_done + (int64_t)n_checkpoints > 0 && !how->is_quiet) {
        printf("%" PRId64 " of %" PRId64 " runs are there already", n_done, *n_tasks);
        if (n_checkpoints > 0) {
            printf(", %zu more in part", n_checkpoints);
        }
        printf("\n\n");
        fflush(stdout);
    }
    if (status == RILL_OK && n_done < *n_tasks) {
        session under_way = {store, progress_begin(experiment, is_done, how->form)};
        rill_run_options options = {
            .threads = how->threads,
            .is_done = is_done,
            .on_runs = store_runs,
            .on_progress = show_progress,
            .should_stop = should_stop,
            .checkpoint_seconds = how->checkpoint_seconds,
            .checkpoints = checkpoints,
            .n_checkpoints = n_checkpoints,
            .on_checkpoint = store_checkpoint,
            .on_warning = show_warning,
            .context = &under_way,
        };
        catch_signals();
        status = ranks_run(how->all, experiment, &options, &how->start, error);
        progress_end(under_way.progress, status);
    }
    rill_checkpoints_destroy(checkpoints, n_checkpoints);
    free(is_done);
    return status;
}

/// Runs and variants beyond those asked for may be there from before: they are left out.
static rill_status report(const rill_experiment *experiment, rill_store *store, bool is_json,
                          bool is_quiet, rill_error *error)
{
    const summary_request request = {
        .choice = score_choice_default(),
        .max_runs = experiment->runs,
        .max_variants = experiment->n_variants,
        .top = -1,
        .is_json = is_json,
    };
    rill_status status = summary_report(store, &request, error);
    if (status == RILL_OK && !is_json && !is_quiet) {
        status = report_policies(experiment, store, error);
    }
    return status;
}

/// Where the results are, and what to do with them.
static void print_end(const rill_experiment *experiment, rill_shard shard, int64_t n_tasks,
                      const char *directory, const char *whole)
{
    if (shard.count == 1) {
        printf("\nKept in %s: `rill summary` and `rill export` read it.\n", directory);
        return;
    }
    const int64_t n_all = experiment->runs * experiment->n_variants;
    printf("%sThis was shard %d/%d alone, %" PRId64 " of %" PRId64 " runs, kept in %s.\n"
           "`rill merge %s` puts together what shards there are.\n",
           n_tasks > 0 ? "\n" : "", (int)shard.number, (int)shard.count, n_tasks, n_all, directory,
           whole);
}

/// What rank 0 does.
static int lead(const command *self, ranks *all, int argc, char **argv)
{
    const char *out = NULL;
    const char *shard_text = NULL;
    rill_shard shard = {1, 1};
    int64_t n_tasks = 0;
    int64_t n_runs = 0;
    int64_t seed = -1;
    double checkpoint = 60.0;
    int64_t threads = 0;
    double patience = 60.0;
    bool is_quiet = false;
    bool is_json = false;
    bool is_json_progress = false;
    bool is_restart = false;
    bool is_dry = false;
    option_list sets = {NULL, 0};
    rill_error error = {0};
    const option options[] = {
        {"--out", OPTION_TEXT, &out, "DIR", "where the results go (default results/NAME)", 0, 0},
        {"--runs", OPTION_INTEGER, &n_runs, "N", "independent runs of each agent", 1, 1 << 30},
        {"--seed", OPTION_INTEGER, &seed, "S", "seed of all random numbers", 0, 9007199254740992.0},
        {"--threads", OPTION_INTEGER, &threads, "T",
         "runs at a time, of each MPI rank (default: its processors); changes no result", 1, 1024},
        {"--patience", OPTION_REAL, &patience, "SECONDS",
         "give an MPI rank's runs to others when it is silent for so long (default 60)", 1, 1e6},
        {"--set", OPTION_REPEATED, &sets, "PATH=VALUE",
         "replace a value of the file: agents[0].params.alpha=0.1", 0, 0},
        {"--dry-run", OPTION_FLAG, &is_dry, NULL,
         "only tell what would be run, and about how long it takes", 0, 0},
        {"--checkpoint", OPTION_REAL, &checkpoint, "SECONDS",
         "save runs under way so often, to lose no more when the machine dies; 0: never (60)", 0,
         1e9},
        {"--shard", OPTION_TEXT, &shard_text, "I/N",
         "run a share alone, into DIR/shard-I-of-N; `rill merge` puts shards together", 0, 0},
        {"--restart", OPTION_FLAG, &is_restart, NULL, "forget the results that are in DIR", 0, 0},
        {"--quiet", OPTION_FLAG, &is_quiet, NULL, "only the table: no title, progress or picture",
         0, 0},
        {"--json", OPTION_FLAG, &is_json, NULL, "the summary as JSON", 0, 0},
        {"--json-progress", OPTION_FLAG, &is_json_progress, NULL,
         "tell how far it is on standard error, in JSON: an object a line", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        options_release(options);
        return options_exit_code(n_arguments);
    }
    const int32_t start_threads = (int32_t)threads;
    threads = threads == 0 ? ranks_threads(all) : threads;
    if (n_arguments != 1) {
        options_release(options);
        return fail_usage(self, "expected one experiment file; `rill run --help` explains");
    }
    if (shard_text != NULL && rill_shard_read(&shard, shard_text, &error) != RILL_OK) {
        options_release(options);
        return fail_usage(self, "--shard: %s", error.message);
    }
    if (shard_text != NULL && is_dry) {
        options_release(options);
        return fail_usage(self, "--dry-run tells of the whole experiment; leave out --shard");
    }
    const char *file = argv[1];
    rill_experiment *experiment = NULL;
    rill_store *store = NULL;
    char *whole = NULL;     // directory of the experiment
    char *directory = NULL; // of the shard
    int code = EXIT_DONE;
    char runs_text[64] = "";
    char seed_text[64] = "";
    // --runs and --seed are overrides like the others, checked in the same place
    const char **overrides = calloc(sets.count + 3, sizeof *overrides);
    rill_status status =
        overrides == NULL ? rill_error_set(&error, RILL_NO_MEMORY, "", "out of memory") : RILL_OK;
    if (status == RILL_OK) {
        size_t n = 0;
        for (size_t i = 0; i < sets.count; i++) {
            overrides[n++] = sets.items[i];
        }
        if (n_runs > 0) {
            snprintf(runs_text, sizeof runs_text, "runs=%" PRId64, n_runs);
            overrides[n++] = runs_text;
        }
        if (seed >= 0) {
            snprintf(seed_text, sizeof seed_text, "seed=%" PRId64, seed);
            overrides[n++] = seed_text;
        }
        status = rill_experiment_load(&experiment, file, overrides, &error);
    }
    if (status == RILL_OK && experiment->n_variants == 0) {
        status = rill_error_set(&error, RILL_INVALID, "agents",
                                "there is no agent to run; add one, for instance "
                                "{\"id\": \"q_learning\"} (`rill list agents`)");
    }
    if (status == RILL_OK) {
        whole = out != NULL ? strdup(out) : default_directory(file);
        directory = whole == NULL        ? NULL
                    : shard_text == NULL ? strdup(whole)
                                         : directory_of_shard(whole, shard);
        status = directory == NULL ? rill_error_set(&error, RILL_NO_MEMORY, "", "out of memory")
                                   : RILL_OK;
    }
    if (status != RILL_OK) {
        code = fail(file, &error);
        goto done;
    }
    if (!is_dry) {
        status = rill_store_open(&store, directory, experiment, is_restart, &error);
    }
    if (status == RILL_OK && !is_json && !is_quiet) {
        print_title(experiment, file, all->count);
    }
    if (is_dry) {
        const char *kept = is_restart ? NULL : directory;
        status = plan_print(experiment, kept, (int32_t)threads, is_json, &error);
        code = status == RILL_OK ? finish_output() : fail(NULL, &error);
        goto done;
    }
    if (status == RILL_OK) {
        const effort how = {
            .all = all,
            .start = {start_threads, patience},
            .shard = shard,
            .threads = (int32_t)threads,
            .checkpoint_seconds = checkpoint,
            .form = is_json_progress      ? PROGRESS_JSON
                    : is_quiet || is_json ? PROGRESS_NONE
                                          : progress_choose(),
            .is_quiet = is_quiet || is_json,
        };
        status = run_missing(experiment, store, &how, &n_tasks, &error);
    }
    if (status == RILL_INTERRUPTED) {
        fprintf(stderr,
                "rill: interrupted; finished runs are kept in %s, the same command goes "
                "on\n",
                directory);
        code = EXIT_INTERRUPTED;
        goto done;
    }
    if (status == RILL_OK && (n_tasks > 0 || is_json)) {
        status = report(experiment, store, is_json, is_quiet, &error);
    }
    if (status != RILL_OK) {
        code = fail(NULL, &error);
        goto done;
    }
    if (!is_json && !is_quiet) {
        print_end(experiment, shard, n_tasks, directory, whole);
    }
    code = finish_output();
done:
    rill_store_close(store);
    rill_experiment_destroy(experiment);
    free(directory);
    free(whole);
    free(overrides);
    options_release(options);
    return code;
}

/// Shards are for jobs that do not know of each other, also where a launcher starts them together.
static bool is_one_job(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--shard", strlen("--shard")) == 0) {
            return false;
        }
    }
    return true;
}

static int run(const command *self, int argc, char **argv)
{
    ranks all;
    rill_error error = {0};
    if (ranks_begin(&all, is_one_job(argc, argv), &error) != RILL_OK) {
        // the others fail alike, without a word
        return ranks_end(&all, all.rank == 0 ? fail(NULL, &error) : EXIT_CHECK_FAILED);
    }
    if (all.rank > 0) {
        return ranks_follow(&all);
    }
    const int code = lead(self, &all, argc, argv);
    ranks_dismiss(&all);
    return ranks_end(&all, code);
}

const command command_run = {
    .name = "run",
    .arguments = "FILE.json",
    .summary = "run an experiment",
    .help =
        "Runs every agent of an experiment file as often as it says, spread over threads, and\n"
        "prints the mean of each metric over the last part of training. Runs that are in the\n"
        "result directory are not repeated: interrupt with Ctrl-C and go on with the same command,\n"
        "or ask for more --runs later. Runs under way are saved too, when they are interrupted and\n"
        "once a minute, and go on where they were. Results depend neither on that nor on the number\n"
        "of threads or machines: for many, start it with mpirun or srun, or as shards\n"
        "(docs/cluster.md).\n"
        "\n"
        "  rill run experiments/suites/sutton-barto/example-6.6-cliff-walking.json\n"
        "  rill run experiments/suites/sutton-barto/figure-7.2-n-step-td.json --dry-run\n"
        "  rill run my.json --runs 30 --set 'agents[0].params.alpha=0.2' --out results/alpha-0.2\n"
        "  mpirun -n 64 rill run my.json",
    .run = run,
};
