#include "experiments/program/program.h"

#ifdef RILL_HAS_SDL

#include "experiments/program/saved.h"
#include "plots/window/film.h"
#include "plots/window/greedy.h"
#include "plots/window/human.h"
#include "plots/window/screen.h"
#include "plots/window/window.h"

#include <inttypes.h>
#include <math.h>
#include <rill/experiment.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/// Reads "800x600"; false and a message when it cannot.
static bool read_size(const command *self, const char *text, window_request *request)
{
    enum { MOST = 8192 };
    char *end = NULL;
    const long width = strtol(text, &end, 10);
    const long height = *end == 'x' ? strtol(end + 1, &end, 10) : 0;
    if (*end != '\0' || width < SCREEN_LEAST_WIDTH || width > MOST ||
        height < SCREEN_LEAST_HEIGHT || height > MOST) {
        fail_usage(self, "--size: \"%.20s\" is no size such as 1280x800; from %dx%d to %dx%d", text,
                   SCREEN_LEAST_WIDTH, SCREEN_LEAST_HEIGHT, MOST, MOST);
        return false;
    }
    request->width = (int32_t)width;
    request->height = (int32_t)height;
    return true;
}

/// Reads steps a second, or "max".
static bool read_speed(const command *self, const char *text, window_request *request)
{
    char *end = NULL;
    request->speed = strcmp(text, "max") == 0 ? (double)INFINITY : strtod(text, &end);
    if ((end != NULL && (end == text || *end != '\0')) || !(request->speed >= 1.0) ||
        (end != NULL && !(request->speed <= 1e9))) {
        fail_usage(self, "--speed: \"%.20s\" is not a number of steps a second, 1 to 1e9, or max",
                   text);
        return false;
    }
    return true;
}

/// The variant with a label or, of a sweep, the first of an agent; -1 and a message where there is none.
static int32_t find_variant(const command *self, const rill_experiment *experiment,
                            const char *label)
{
    for (int32_t i = 0; i < experiment->n_variants; i++) {
        if (strcmp(experiment->variants[i].label, label) == 0) {
            return i;
        }
    }
    const char **names = calloc((size_t)experiment->n_variants + 1, sizeof *names);
    for (int32_t i = 0; i < experiment->n_variants; i++) {
        if (strcmp(experiment->variants[i].agent_label, label) == 0) {
            free(names);
            return i;
        }
        if (names != NULL) {
            names[i] = experiment->variants[i].label;
        }
    }
    const char *nearest = names == NULL ? NULL : rill_nearest_name(label, names);
    fail_usage(self, "no agent is called \"%.100s\"; %s%.100s", label,
               nearest == NULL ? "the first is " : "did you mean ",
               nearest == NULL ? experiment->variants[0].label : nearest);
    free(names);
    return -1;
}

static void print_report(const window_report *report, const rill_experiment *experiment)
{
    printf("run %" PRId64 " of \"%s\": %" PRId64 " step%s, %" PRId64 " episode%s, ", report->run,
           experiment->variants[report->variant].label, report->steps,
           report->steps == 1 ? "" : "s", report->episodes, report->episodes == 1 ? "" : "s");
    if (report->is_over) {
        printf("%s, hash %016" PRIx64 "\n", report->is_diverged ? "diverged" : "done",
               report->hash);
    } else {
        printf("not at its end\n");
    }
    if (report->film[0] != '\0') {
        printf("%s\n", report->film);
    }
}

/// What a stored agent did in its environment.
static void print_play(const window_report *report)
{
    printf("greedy: %" PRId64 " step%s, %" PRId64 " episode%s", report->greedy_steps,
           report->greedy_steps == 1 ? "" : "s", report->greedy_episodes,
           report->greedy_episodes == 1 ? "" : "s");
    if (report->greedy_episodes > 0) {
        printf(", last return %g", report->greedy_return);
    }
    if (report->n_cut > 0) {
        printf(", %" PRId64 " cut at %d steps", report->n_cut, GREEDY_MAX_STEPS);
    }
    printf("\n");
}

/// Watches a run of an experiment that was read; answers an exit code.
static int watch(const command *self, window_request *request, const char *file, const char *label)
{
    rill_error error = {0};
    window_report report;
    const rill_experiment *experiment = request->experiment;
    request->variant = label == NULL ? 0 : find_variant(self, experiment, label);
    if (request->variant < 0) {
        return EXIT_USAGE;
    }
    request->run = request->run == SAVED_FIRST_RUN ? 0 : request->run;
    if (request->run >= experiment->runs) {
        return fail_usage(self, "--run %" PRId64 ": %s has runs 0 to %" PRId64, request->run, file,
                          experiment->runs - 1);
    }
    if (window_watch(request, &report, &error) != RILL_OK) {
        return fail(self->name, &error);
    }
    print_report(&report, experiment);
    return finish_output();
}

/// Shows a saved agent; answers an exit code.
static int play(const command *self, window_request *request, const saved_choice *choice)
{
    rill_error error = {0};
    window_report report;
    rill_run record;
    rill_saved_agent saved = {0};
    void *bytes = NULL;
    size_t size = 0;
    if (request->is_headless && request->frames == 0) {
        return fail_usage(self, "--headless: with --play say for how many --frames");
    }
    rill_status status = saved_find(choice, &bytes, &size, &record, &error);
    status = status == RILL_OK ? rill_saved_agent_read(&saved, bytes, size, &error) : status;
    if (status == RILL_OK) {
        request->experiment = saved.experiment;
        request->saved = &saved;
        request->saved_run = &record;
        status = window_watch(request, &report, &error);
    }
    int code = EXIT_DONE;
    if (status == RILL_OK) {
        print_report(&report, saved.experiment);
        print_play(&report);
        code = finish_output();
    } else {
        code = fail(choice->path, &error);
    }
    free(bytes);
    rill_run_clear(&record);
    rill_saved_agent_clear(&saved);
    return code;
}

/// Lets a person play an environment; answers an exit code.
static int play_by_hand(const command *self, const window_request *window, const char *id,
                        const char *const *assignments, int64_t seed)
{
    rill_error error = {0};
    human_report report;
    human_request request = {.speed = window->speed,
                             .width = window->width,
                             .height = window->height,
                             .is_headless = window->is_headless,
                             .frames = window->frames,
                             .press = window->press,
                             .screenshot = window->screenshot};
    if (window->is_headless && window->frames == 0) {
        return fail_usage(self, "--headless: with --human say for how many --frames");
    }
    rill_status status = create_env(&request.env, id, assignments, &error);
    if (status == RILL_OK) {
        rill_env_seed(request.env, (uint64_t)seed);
        status = human_play(&request, &report, &error);
    }
    int code = EXIT_DONE;
    if (status == RILL_OK) {
        printf("%s: %" PRId64 " step%s, %" PRId64 " episode%s", id, report.steps,
               report.steps == 1 ? "" : "s", report.episodes, report.episodes == 1 ? "" : "s");
        if (report.episodes > 0) {
            printf(", best return %g, last %g", report.best_return, report.last_return);
        }
        printf("\n");
        code = finish_output();
    } else {
        code = fail(self->name, &error);
    }
    rill_env_destroy(request.env);
    return code;
}

static int run(const command *self, int argc, char **argv)
{
    bool is_by_hand = false;
    enum { NO_SEED = -1 };
    int64_t seed = NO_SEED;
    option_list params = {NULL, 0};
    bool is_play = false;
    const char *label = NULL, *size = "1280x800", *speed = NULL;
    option_list sets = {NULL, 0};
    window_request request = {.run = SAVED_FIRST_RUN};
    const option options[] = {
        {"--agent", OPTION_TEXT, &label, "LABEL", "this agent or variant (the first)", 0, 0},
        {"--run", OPTION_INTEGER, &request.run, "N", "run N of it (0)", 0, 1 << 30},
        {"--play", OPTION_FLAG, &is_play, NULL,
         "the argument is a result directory or an agent's file: show what was learned", 0, 0},
        {"--speed", OPTION_TEXT, &speed, "S",
         "steps a second to begin with, or max (60; with --human as the environment is)", 0, 0},
        {"--human", OPTION_FLAG, &is_by_hand, NULL,
         "the argument is an environment: play it with the keyboard", 0, 0},
        {"--param", OPTION_REPEATED, &params, "NAME=VALUE", "with --human: of the environment", 0,
         0},
        {"--seed", OPTION_INTEGER, &seed, "S", "with --human: of the environment (0)", 0, 1 << 30},
        {"--press", OPTION_TEXT, &request.press, "KEYS",
         "press these keys, one a frame: \"up right right\"", 0, 0},
        {"--size", OPTION_TEXT, &size, "WxH", "of the window (1280x800), 640x480 or more", 0, 0},
        {"--set", OPTION_REPEATED, &sets, "PATH=VALUE",
         "replace what the file says: agents[0].params.alpha=0.1", 0, 0},
        {"--headless", OPTION_FLAG, &request.is_headless, NULL,
         "draw without a display; a frame is 1/60 of a second", 0, 0},
        {"--frames", OPTION_INTEGER, &request.frames, "N",
         "end after N frames (until q; without a display at the end of the run)", 1, 1 << 30},
        {"--screenshot", OPTION_TEXT, &request.screenshot, "F.png", "save the last frame", 0, 0},
        {"--record", OPTION_TEXT, &request.record, "FILE",
         "film all frames to a file.mp4, .webm or .gif, by ffmpeg", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int code = EXIT_USAGE;
    rill_error error = {0};
    rill_experiment *experiment = NULL;
    const int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        code = options_exit_code(n_arguments);
    } else if (n_arguments != 1) {
        fail_usage(self, "expected one experiment file; `rill watch --help` explains");
    } else if (is_by_hand && (is_play || sets.count > 0 || label != NULL ||
                              request.run != SAVED_FIRST_RUN || request.record != NULL)) {
        fail_usage(self, "--human: takes an environment, not --play, --set, --agent, --run or "
                         "--record");
    } else if (!is_by_hand && params.count > 0) {
        fail_usage(self, "--param: is for --human; --set changes an experiment");
    } else if (!is_by_hand && seed != NO_SEED) {
        fail_usage(self, is_play ? "--seed: is for --human; a stored agent acts in an environment "
                                   "that is seeded with 0"
                                 : "--seed: is for --human; --set seed=S changes that of an "
                                   "experiment");
    } else if (is_play && sets.count > 0) {
        fail_usage(self,
                   "--set: changes an experiment that is to be run; --play shows one that was");
    } else if (request.record != NULL && film_check_name(request.record, &error) != RILL_OK) {
        code = fail("--record", &error);
    } else if (read_size(self, size, &request) &&
               read_speed(self, speed == NULL ? "60" : speed, &request)) {
        request.speed = is_by_hand && speed == NULL ? 0.0 : request.speed;
        if (is_by_hand) {
            code = play_by_hand(self, &request, argv[1], params.items, seed == NO_SEED ? 0 : seed);
        } else if (is_play) {
            code = play(self, &request, &(saved_choice){argv[1], label, request.run});
        } else if (rill_experiment_load(&experiment, argv[1], sets.items, &error) != RILL_OK) {
            struct stat information;
            if (stat(argv[1], &information) == 0 && S_ISDIR(information.st_mode)) {
                rill_error_set(&error, RILL_IO, "",
                               "a directory; --play shows the agents that are stored in it");
            }
            code = fail(argv[1], &error);
        } else {
            request.experiment = experiment;
            code = watch(self, &request, argv[1], label);
        }
    }
    rill_experiment_destroy(experiment);
    options_release(options);
    return code;
}

#else

#include <stdio.h>
#include <string.h>

static int run(const command *self, int argc, char **argv)
{
    const option options[] = {{NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0}};
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        return options_exit_code(options_read(self, options, argc, argv));
    }
    fprintf(stderr,
            "rill: watch: this rill was built without a window; build it where SDL2, SDL2_ttf "
            "and libpng are: script/setup.sh sdl, or apt-get install libsdl2-dev "
            "libsdl2-ttf-dev libpng-dev fonts-dejavu-core\n");
    return EXIT_CHECK_FAILED;
}

#endif

const command command_watch = {
    .name = "watch",
    .arguments = "FILE.json|DIR|ENV",
    .summary = "see a run in a window while it learns",
    .help =
        "Opens a window on one run of an experiment: the environment, the learning curve, and the\n"
        "values and the policy as they are learned. Learning goes on beside the window at any\n"
        "speed, and what it records is the same as without: at its end the run's hash is printed.\n"
        "Nothing is stored. In the window, ? shows the keys; docs/watch.md tells more.\n"
        "\n"
        "With --play it shows an agent that was stored at the end of its run, acting greedily in an\n"
        "environment of its own, from the directory that `rill run` wrote or from a file that\n"
        "`rill export --format safetensors` made.\n"
        "\n"
        "With --human you play: arrow keys where they make sense, numbers for every action. Grids\n"
        "wait for a key; what moves by itself makes 20 steps a second, or what --speed says.\n"
        "\n"
        "  rill watch experiments/suites/sutton-barto/example-6.6-cliff-walking.json\n"
        "  rill watch experiments/suites/sutton-barto/example-6.6-cliff-walking.json \\\n"
        "      --agent Q-learning --headless --speed 6000 --frames 100 --screenshot cliff.png\n"
        "  rill watch experiments/suites/sutton-barto/example-6.6-cliff-walking.json \\\n"
        "      --headless --speed 600 --frames 600 --record cliff.mp4\n"
        "  rill watch --play results/example-6.6-cliff-walking --agent Sarsa --speed 4\n"
        "  rill watch CartPole-v1 --human --speed 10",
    .run = run,
};
