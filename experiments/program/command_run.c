#include "experiments/program/plan.h"
#include "experiments/program/program.h"
#include "experiments/program/report.h"
#include "experiments/program/run_missing.h"
#include "experiments/program/summary_report.h"
#include "experiments/run_one.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/// The environment of all variants.
static const char *name_environment(const rill_experiment *experiment)
{
    const rill_env_type *type = experiment->worlds[0]->env->type;
    for (int32_t i = 1; i < experiment->n_worlds; i++) {
        if (experiment->worlds[i]->env->type != type) {
            return "several environments"; // a sweep over them
        }
    }
    return type->id;
}

static void print_title(const rill_experiment *experiment, const char *file, int32_t n_ranks)
{
    char count[32];
    const bool has_sweep = experiment->n_variants != experiment->n_agents;
    printf("%s\n", experiment->name[0] == '\0' ? file : experiment->name);
    if (experiment->source[0] != '\0') {
        printf("%s\n", experiment->source);
    }
    printf("%s, %d agent%s", name_environment(experiment), (int)experiment->n_agents,
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

/// What the command line asks for.
typedef struct run_request {
    const char *file, *out, *shard_text;
    rill_shard shard;
    int64_t runs;    ///< 0: as the file says
    int64_t seed;    ///< -1: likewise
    int64_t threads; ///< 0: processors
    double checkpoint, patience, pace;
    bool is_quiet, is_json, is_json_progress, is_live, is_restart, is_dry;
    option_list sets;
} run_request;

/// Reads the command line; an exit code where that ends the command, else -1. What is in the request is to be
/// freed by `free(request->sets.items)`.
static int read_request(const command *self, int argc, char **argv, run_request *request)
{
    *request = (run_request){.shard = {1, 1}, .seed = -1, .checkpoint = 60.0, .patience = 60.0};
    const option options[] = {
        {"--out", OPTION_TEXT, &request->out, "DIR",
         "where the results go (default results/NAME, of NAME.json)", 0, 0},
        {"--runs", OPTION_INTEGER, &request->runs, "N", "independent runs of each agent", 1,
         1 << 30},
        {"--seed", OPTION_INTEGER, &request->seed, "S", "seed of all random numbers", 0,
         9007199254740992.0},
        {"--threads", OPTION_INTEGER, &request->threads, "T",
         "runs at a time, of each MPI rank (default: its processors); changes no result", 1, 1024},
        {"--patience", OPTION_REAL, &request->patience, "SECONDS",
         "give an MPI rank's runs to others when it is silent for so long (default 60)", 1, 1e6},
        {"--set", OPTION_REPEATED, &request->sets, "PATH=VALUE",
         "replace a value of the file: agents[0].params.alpha=0.1", 0, 0},
        {"--dry-run", OPTION_FLAG, &request->is_dry, NULL,
         "only tell what would be run, and about how long it takes", 0, 0},
        {"--checkpoint", OPTION_REAL, &request->checkpoint, "SECONDS",
         "save runs under way so often, to lose no more when the machine dies; 0: never "
         "(default 60)",
         0, 1e9},
        {"--shard", OPTION_TEXT, &request->shard_text, "I/N",
         "run a share alone, into DIR/shard-I-of-N; `rill merge` puts shards together", 0, 0},
        {"--restart", OPTION_FLAG, &request->is_restart, NULL, "forget the results that are in DIR",
         0, 0},
        {"--live", OPTION_FLAG, &request->is_live, NULL,
         "show maps of grid worlds with what the agents have learned by now", 0, 0},
        {"--pace", OPTION_REAL, &request->pace, "STEPS",
         "take at most so many steps a second in each run, to watch (at least 50)", 50, 1e9},
        {"--quiet", OPTION_FLAG, &request->is_quiet, NULL,
         "only the table: no title, progress or picture", 0, 0},
        {"--json", OPTION_FLAG, &request->is_json, NULL, "the summary as JSON", 0, 0},
        {"--json-progress", OPTION_FLAG, &request->is_json_progress, NULL,
         "tell how far it is on standard error, in JSON: an object a line", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    rill_error error = {0};
    const int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments != 1) {
        return fail_usage(self, "expected one experiment file; `rill run --help` explains");
    }
    if (request->shard_text != NULL &&
        rill_shard_read(&request->shard, request->shard_text, &error) != RILL_OK) {
        return fail_usage(self, "--shard: %s", error.message);
    }
    if (request->shard_text != NULL && request->is_dry) {
        return fail_usage(self, "--dry-run tells of the whole experiment; leave out --shard");
    }
    if (request->is_live && (request->is_quiet || request->is_json || request->is_json_progress)) {
        return fail_usage(self, "--live draws on the terminal; leave out --quiet, --json and "
                                "--json-progress");
    }
    if (request->is_live && progress_choose() != PROGRESS_TERMINAL) {
        return fail_usage(self,
                          "--live draws on standard error, which is no terminal that can move "
                          "its cursor; leave it out");
    }
    request->file = argv[1];
    return -1;
}

/// Loads the experiment, with what the command line sets in it.
static rill_status load(const run_request *request, rill_experiment **experiment, rill_error *error)
{
    char runs_text[64] = "";
    char seed_text[64] = "";
    // --runs and --seed are overrides like the others, checked in the same place
    const char **overrides = calloc(request->sets.count + 3, sizeof *overrides);
    if (overrides == NULL) {
        return rill_error_no_memory(error);
    }
    size_t n = 0;
    for (size_t i = 0; i < request->sets.count; i++) {
        overrides[n++] = request->sets.items[i];
    }
    if (request->runs > 0) {
        snprintf(runs_text, sizeof runs_text, "runs=%" PRId64, request->runs);
        overrides[n++] = runs_text;
    }
    if (request->seed >= 0) {
        snprintf(seed_text, sizeof seed_text, "seed=%" PRId64, request->seed);
        overrides[n++] = seed_text;
    }
    rill_status status = rill_experiment_load(experiment, request->file, overrides, error);
    if (status == RILL_OK && (*experiment)->n_variants == 0) {
        status = rill_error_set(error, RILL_INVALID, "agents",
                                "there is no agent to run; add one, for instance "
                                "{\"id\": \"q_learning\"} (`rill list agents`)");
    }
    free(overrides);
    return status;
}

/// After maps that nobody can have seen.
static void suggest_pace(const run_request *request, int64_t n_tasks, double seconds)
{
    if (request->is_live && request->pace == 0.0 && n_tasks > 0 && seconds < 1.0) {
        printf(
            "The runs took %.2f s: `--live --pace 1000 --restart` slows them down to look at.\n\n",
            seconds);
    }
}

/// Runs, and reports. `whole` is the directory of the experiment, `directory` that of the shard.
static int run_and_report(const run_request *request, ranks *all, const rill_experiment *experiment,
                          const char *whole, const char *directory)
{
    const bool is_silent = request->is_json || request->is_quiet;
    effort how = {
        .all = all,
        .start = {(int32_t)request->threads, request->patience},
        .shard = request->shard,
        .threads = request->threads == 0 ? ranks_threads(all) : (int32_t)request->threads,
        .checkpoint_seconds = request->checkpoint,
        .form = request->is_json_progress ? PROGRESS_JSON
                : is_silent               ? PROGRESS_NONE
                                          : progress_choose(),
        .pace = request->pace,
        .is_quiet = is_silent,
    };
    rill_error error = {0};
    rill_store *store = NULL;
    int64_t n_tasks = 0;
    if (request->is_dry) {
        if (!is_silent) {
            print_title(experiment, request->file, all->count);
        }
        rill_status status = plan_print(experiment, request->is_restart ? NULL : directory,
                                        how.threads, request->is_json, &error);
        return status == RILL_OK ? finish_output() : fail(NULL, &error);
    }
    rill_status status = request->is_live ? live_maps_open(&how.maps, experiment, &error) : RILL_OK;
    status = status == RILL_OK
                 ? rill_store_open(&store, directory, experiment, request->is_restart, &error)
                 : status;
    if (status == RILL_OK && !is_silent) {
        print_title(experiment, request->file, all->count);
    }
    const double began = run_seconds_now();
    status = status == RILL_OK ? run_missing(experiment, store, &how, &n_tasks, &error) : status;
    live_maps_close(how.maps);
    if (status == RILL_OK) {
        suggest_pace(request, n_tasks, run_seconds_now() - began);
    }
    if (status == RILL_OK && (n_tasks > 0 || request->is_json)) {
        status = report(experiment, store, request->is_json, request->is_quiet, &error);
    }
    rill_store_close(store);
    if (status == RILL_INTERRUPTED) {
        fprintf(stderr,
                "rill: interrupted; finished runs are kept in %s, the same command%s goes on\n",
                directory, request->is_restart ? " without --restart" : "");
        return EXIT_INTERRUPTED;
    }
    if (status != RILL_OK) {
        return fail(NULL, &error);
    }
    if (!is_silent) {
        print_end(experiment, request->shard, n_tasks, directory, whole);
    }
    return finish_output();
}

/// What rank 0 does.
static int lead(const command *self, ranks *all, int argc, char **argv)
{
    run_request request;
    rill_error error = {0};
    rill_experiment *experiment = NULL;
    char *whole = NULL;
    char *directory = NULL;
    int code = read_request(self, argc, argv, &request);
    if (code >= 0) {
        free(request.sets.items);
        return code;
    }
    rill_status status = load(&request, &experiment, &error);
    if (status == RILL_OK) {
        whole = request.out != NULL ? strdup(request.out) : default_directory(request.file);
        directory = whole == NULL                ? NULL
                    : request.shard_text == NULL ? strdup(whole)
                                                 : directory_of_shard(whole, request.shard);
        status = directory == NULL ? rill_error_no_memory(&error) : RILL_OK;
    }
    code = status == RILL_OK ? run_and_report(&request, all, experiment, whole, directory)
                             : fail(request.file, &error);
    rill_experiment_destroy(experiment);
    free(directory);
    free(whole);
    free(request.sets.items);
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
        "  rill run experiments/suites/sutton-barto/example-6.6-cliff-walking.json --live --pace 500\n"
        "  mpirun -n 64 rill run my.json",
    .run = run,
};
