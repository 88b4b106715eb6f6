/// The window of `rill watch`: its pictures, that looking changes nothing, and its keys.
#include "tests/program.h"

#ifdef RILL_HAS_SDL

#include "plots/window/canvas.h"
#include "plots/window/learner.h"

#include <inttypes.h>
#include <png.h>

// ------------------------------------------------------------------------------------------ filling

/// How much of a picture, drawn white on black, is covered, in pixels.
static double covered(const raster *picture)
{
    double sum = 0.0;
    for (int i = 0; i < picture->width * picture->height; i++) {
        sum += (picture->pixels[i] & 255) / 255.0;
    }
    return sum;
}

static void wipe(raster *picture)
{
    for (int i = 0; i < picture->width * picture->height; i++) {
        picture->pixels[i] = 0xff000000U;
    }
}

/// Twice the signed area of a polygon of n corners (the shoelace formula).
static double twice_area(const double *points, int n)
{
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        const double *a = &points[2 * i], *b = &points[2 * ((i + 1) % n)];
        sum += a[0] * b[1] - b[0] * a[1];
    }
    return sum;
}

START_TEST(polygons_cover_their_area)
{
    raster picture = {0};
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    ck_assert(raster_resize(&picture, 100, 80));
    for (int i = 0; i < 200; i++) {
        double points[8];
        const int n = 3;
        for (int k = 0; k < 2 * n; k++) {
            points[k] = (k % 2 == 0 ? 100.0 : 80.0) * rill_rng_random(&rng);
        }
        wipe(&picture);
        raster_polygon(&picture, points, n, RILL_WHITE);
        // each of some 400 pixels on the edges is rounded to a 255th, either way
        ASSERT_NEAR(covered(&picture), 0.5 * fabs(twice_area(points, n)), 0.2);
    }
    // a concave one, an arrow head
    const double arrow[] = {10.0, 10.0, 90.0, 40.0, 10.0, 70.0, 30.0, 40.0};
    wipe(&picture);
    raster_polygon(&picture, arrow, 4, RILL_WHITE);
    ASSERT_NEAR(covered(&picture), 0.5 * fabs(twice_area(arrow, 4)), 0.2);
    ck_assert_uint_eq(picture.pixels[40 * 100 + 15], 0xff000000U); // in the notch
    ck_assert_uint_eq(picture.pixels[40 * 100 + 50], 0xffffffffU);
    raster_release(&picture);
}
END_TEST

START_TEST(polygons_are_cut_at_the_clip)
{
    raster picture = {0};
    ck_assert(raster_resize(&picture, 60, 50));
    const double large[] = {-1e6, -1e6, 1e6, -1e6, 1e6, 1e6, -1e6, 1e6};
    wipe(&picture);
    raster_clip_to(&picture, 10.0, 5.0, 30.0, 20.0);
    raster_polygon(&picture, large, 4, RILL_WHITE);
    ck_assert_double_eq(covered(&picture), 20.0 * 15.0);
    ck_assert_uint_eq(picture.pixels[5 * 60 + 10], 0xffffffffU);
    ck_assert_uint_eq(picture.pixels[20 * 60 + 10], 0xff000000U);
    // half transparent, twice
    raster_clip_none(&picture);
    wipe(&picture);
    const double square[] = {0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0};
    raster_polygon(&picture, square, 4, (rill_color){255, 255, 255, 128});
    raster_polygon(&picture, square, 4, (rill_color){255, 255, 255, 128});
    ASSERT_NEAR(picture.pixels[0] & 255, 255.0 * (1.0 - 0.498 * 0.498), 1.0);
    // what has no place is not drawn
    const double nowhere[] = {0.0, 0.0, nan(""), 0.0, 9.0, 9.0};
    wipe(&picture);
    raster_polygon(&picture, nowhere, 3, RILL_WHITE);
    ck_assert_double_eq(covered(&picture), 0.0);
    raster_release(&picture);
}
END_TEST

START_TEST(the_colours_of_values_grow_brighter)
{
    double last = -1.0;
    for (int i = 0; i <= 100; i++) {
        const rill_color color = color_of_share(i / 100.0);
        const double bright = 0.2126 * color.red + 0.7152 * color.green + 0.0722 * color.blue;
        ck_assert_double_gt(bright, last);
        last = bright;
    }
}
END_TEST

// ------------------------------------------------------------------------------------------ the run

static const char grid_world[] =
    "{'environment': {'id': 'cliff_walking'},"
    " 'agents': [{'label': 'Q', 'id': 'q_learning', 'params': {'alpha': 0.5, 'gamma': 1}},"
    "            {'label': 'Sarsa', 'id': 'sarsa', 'params': {'alpha': 0.5, 'gamma': 1}}],"
    " 'stop': {'episodes': 40}, 'runs': 3, 'seed': 7,"
    " 'record': [{'metric': 'return', 'every': 1, 'unit': 'episodes'}]}";

/// Experiments of every way that the loop can go: with step metrics, by steps, with lanes, diverging.
static const struct {
    const char *name, *json;
} experiments[] = {
    {"grid", grid_world},
    {"mountain car",
     "{'environment': {'id': 'mountain_car'},"
     " 'agents': [{'id': 'sarsa', 'params': {'alpha': 0.0625, 'gamma': 1},"
     "             'features': {'id': 'tile_coding'}}],"
     " 'stop': {'steps': 3000}, 'runs': 1, 'seed': 3,"
     " 'evaluation': {'every': 1000, 'unit': 'steps', 'episodes': 2, 'max_steps': 300},"
     " 'record': [{'metric': 'td_error', 'every': 100, 'unit': 'steps'}]}"},
    {"bandit", "{'environment': {'id': 'bandit'}, 'agents': [{'id': 'simple_bandit'}],"
               " 'stop': {'steps': 500}, 'runs': 1, 'seed': 3,"
               " 'record': [{'metric': 'reward', 'every': 1, 'unit': 'steps'}]}"},
    {"lanes",
     "{'environment': {'id': 'CartPole-v1'}, 'agents': [{'id': 'a2c', 'params': {'lanes': 3}, 'features': {'id': 'raw', 'params':"
     " {'low': [-1, -1, -1, -1], 'high': [1, 1, 1, 1]}}}],"
     " 'stop': {'steps': 3000}, 'runs': 1, 'seed': 3,"
     " 'record': [{'metric': 'return', 'every': 1, 'unit': 'episodes'}]}"},
    {"diverging",
     "{'environment': {'id': 'baird'}, 'agents': [{'id': 'off_policy_td0', 'params': {'alpha': 5}}],"
     " 'stop': {'steps': 100000}, 'runs': 1, 'seed': 3,"
     " 'record': [{'metric': 'weight[0]', 'every': 50000, 'unit': 'steps'}]}"},
};

static rill_experiment *parse(const char *text)
{
    rill_error error = {0};
    rill_experiment *experiment = NULL;
    char *json = quoted(text);
    ASSERT_OK(rill_experiment_parse(&experiment, json, NULL, &error), &error);
    free(json);
    return experiment;
}

static void stop_until(learner *run, int64_t steps, const char *name)
{
    learner_allow(run, steps, INT64_MAX);
    learner_catch_up(run);
    if (!atomic_load(&run->is_over)) {
        ASSERT_FOR(name, run->seen.steps == steps);
    }
}

START_TEST(looking_changes_no_result)
{
    for (size_t i = 0; i < sizeof experiments / sizeof experiments[0]; i++) {
        const char *name = experiments[i].name;
        rill_error error = {0};
        rill_run alone;
        learner run;
        rill_experiment *experiment = parse(experiments[i].json);
        ASSERT_OK(rill_experiment_run_one(experiment, 0, 0, &alone, &error), &error);
        ASSERT_OK(learner_open(&run, experiment, 0, 0, &error), &error);
        for (int64_t steps = 1; steps < 60; steps += 7) {
            stop_until(&run, steps, name);
            // what is done to the copies is of no consequence
            rill_outcome outcome;
            rill_env_reset(run.env);
            if (run.agent->action_space.kind == RILL_SPACE_DISCRETE) {
                rill_env_step(run.env, (rill_action){.index = 0}, &outcome);
            }
            rill_agent_act_greedily(run.agent, rill_env_observe(run.env));
        }
        learner_allow(&run, INT64_MAX, INT64_MAX);
        while (!atomic_load(&run.is_over)) {
            learner_look(&run);
        }
        learner_look(&run);
        ASSERT_OK(run.status, &run.error);
        ASSERT_FOR(name, run.run.hash == alone.hash && run.run.status == alone.status);
        ASSERT_FOR(name, alone.steps > 60); // so that it was stopped
        ASSERT_FOR(name, run.seen.steps == alone.steps);
        ASSERT_FOR(name, run.seen.n_points == alone.series[0].count);
        ASSERT_FOR(name, memcmp(run.seen.curve, alone.series[0].values,
                                alone.series[0].count * sizeof(double)) == 0);
        learner_close(&run);
        rill_run_clear(&alone);
        rill_experiment_destroy(experiment);
    }
}
END_TEST

START_TEST(a_run_stops_at_the_end_of_an_episode)
{
    rill_error error = {0};
    learner run;
    rill_run alone;
    rill_experiment *experiment = parse(grid_world);
    ASSERT_OK(rill_experiment_run_one(experiment, 1, 2, &alone, &error), &error);
    ASSERT_OK(learner_open(&run, experiment, 1, 2, &error), &error);
    for (int64_t episodes = 1; episodes < 4; episodes++) {
        learner_allow(&run, INT64_MAX, episodes);
        learner_catch_up(&run);
        ck_assert_int_eq(run.seen.episodes, episodes);
        ck_assert_double_eq(run.seen.last_return, alone.series[0].values[episodes - 1]);
        ck_assert_int_eq(rill_env_observe(run.env).index,
                         47); // the goal is seen before the next start
    }
    learner_close(&run); // in the middle
    rill_run_clear(&alone);
    rill_experiment_destroy(experiment);
}
END_TEST

// --------------------------------------------------------------------------------------- pictures

typedef struct picture {
    int width, height;
    unsigned char *bytes; ///< (height, width, 3)
} picture;

static picture read_picture(const char *path)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    ck_assert_msg(png_image_begin_read_from_file(&image, path) != 0, "%s: %s", path, image.message);
    image.format = PNG_FORMAT_RGB;
    picture p = {(int)image.width, (int)image.height, malloc(PNG_IMAGE_SIZE(image))};
    ck_assert_int_ne(png_image_finish_read(&image, NULL, p.bytes, 0, NULL), 0);
    return p;
}

/// The colour at a place is the expected one, within `tolerance` in each channel.
static void assert_color(const picture *p, double x, double y, rill_color expected, int tolerance)
{
    ck_assert(x >= 0 && y >= 0 && x < p->width && y < p->height);
    const unsigned char *at = p->bytes + 3 * ((ptrdiff_t)(int)y * p->width + (int)x);
    ck_assert_msg(abs(at[0] - expected.red) <= tolerance &&
                      abs(at[1] - expected.green) <= tolerance &&
                      abs(at[2] - expected.blue) <= tolerance,
                  "at (%.0f, %.0f): (%d, %d, %d), expected (%d, %d, %d)", x, y, at[0], at[1], at[2],
                  expected.red, expected.green, expected.blue);
}

/// Pixels of nearly a colour.
static int count_color(const picture *p, rill_color color)
{
    int n = 0;
    for (ptrdiff_t i = 0; i < (ptrdiff_t)p->width * p->height; i++) {
        const unsigned char *at = p->bytes + 3 * i;
        n += abs(at[0] - color.red) + abs(at[1] - color.green) + abs(at[2] - color.blue) < 12;
    }
    return n;
}

/// From the world's units to pixels in the left part of a window of 1280 x 800.
typedef struct place {
    double scale, x, y;
} place;

static place place_world(double left, double bottom, double right, double top)
{
    const double room_left = 24.0, room_right = 686.0, room_top = 92.0, room_bottom = 736.0;
    place p;
    p.scale =
        fmin((room_right - room_left) / (right - left), (room_bottom - room_top) / (top - bottom));
    p.x = 0.5 * (room_left + room_right) - 0.5 * (left + right) * p.scale;
    p.y = 0.5 * (room_top + room_bottom) + 0.5 * (bottom + top) * p.scale;
    return p;
}

static void assert_world_color(const picture *p, place at, double x, double y, rill_color expected)
{
    assert_color(p, at.x + x * at.scale, at.y - y * at.scale, expected, 6);
}

START_TEST(a_grid_is_drawn)
{
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    ASSERT_DONE("watch", "grid.json", "--headless", "--speed", "600", "--frames", "60",
                "--screenshot", "a.png");
    picture p = read_picture("a.png");
    ck_assert_int_eq(p.width, 1280);
    ck_assert_int_eq(p.height, 800);
    const place at = place_world(-0.1, -0.1, 12.1, 4.1);
    for (int column = 1; column <= 10; column++) {
        assert_world_color(&p, at, column + 0.5, 0.5, RILL_ORANGE);
    }
    assert_world_color(&p, at, 11.7, 0.3, RILL_GREEN);
    assert_world_color(&p, at, 3.5, 4.3, RILL_WHITE);
    const double disc = 3.14159 * 0.3 * 0.3 * at.scale * at.scale;
    ck_assert_int_gt(count_color(&p, RILL_BLUE), (int)(0.9 * disc)); // and the curve
    ck_assert_int_gt(count_color(&p, color_of_share(0.0)), 50);      // the least value
    ck_assert_int_gt(count_color(&p, color_of_share(1.0)), 50);      // and the greatest
    free(p.bytes);
    // the same steps, the same picture
    size_t n_first = 0, n_second = 0;
    ASSERT_DONE("watch", "grid.json", "--headless", "--speed", "600", "--frames", "60",
                "--screenshot", "b.png");
    char *first = read_whole("a.png", &n_first), *second = read_whole("b.png", &n_second);
    ck_assert_uint_eq(n_first, n_second);
    ck_assert_int_eq(memcmp(first, second, n_first), 0);
    free(first);
    free(second);
}
END_TEST

START_TEST(a_cart_with_its_pole_is_drawn)
{
    enter_fresh_directory();
    write_json(
        "pole.json",
        "{'environment': {'id': 'CartPole-v1'}, 'agents': [{'id': 'reinforce', 'features': {'id': 'raw', 'params':"
        " {'low': [-1, -1, -1, -1], 'high': [1, 1, 1, 1]}}}],"
        " 'stop': {'episodes': 100}, 'runs': 1, 'seed': 1,"
        " 'record': [{'metric': 'return', 'every': 1, 'unit': 'episodes'}]}");
    ASSERT_DONE("watch", "pole.json", "--headless", "--speed", "1", "--frames", "1", "--screenshot",
                "a.png");
    picture p = read_picture("a.png");
    // after one step it stands about where it started, within 0.05
    const place at = place_world(-3.0, -0.4, 3.0, 1.6);
    assert_world_color(&p, at, 0.18, 0.18, RILL_BLUE);
    assert_world_color(&p, at, -0.18, 0.18, RILL_BLUE);
    assert_world_color(&p, at, 0.0, 0.7, RILL_ORANGE);
    assert_world_color(&p, at, 1.0, 0.0, RILL_GREY);
    assert_world_color(&p, at, 1.0, 0.7, RILL_WHITE);
    free(p.bytes);
}
END_TEST

START_TEST(a_mountain_car_is_drawn_in_every_size)
{
    static const char *const sizes[] = {"800x600", "1280x800", "2560x1440"};
    enter_fresh_directory();
    write_json("car.json", experiments[1].json);
    for (size_t i = 0; i < 3; i++) {
        ASSERT_DONE("watch", "car.json", "--headless", "--speed", "6000", "--frames", "20",
                    "--size", sizes[i], "--screenshot", "a.png");
        picture p = read_picture("a.png");
        const double all = (double)p.width * p.height;
        ck_assert_int_gt(count_color(&p, RILL_LIGHT_GREY), (int)(0.03 * all)); // the hill
        ck_assert_int_gt(count_color(&p, RILL_GREEN), (int)(0.0001 * all));    // the flag
        ck_assert_int_gt(count_color(&p, RILL_BLACK), (int)(0.0001 * all));    // the wheels
        ck_assert_int_gt(count_color(&p, color_of_share(1.0)), (int)(0.001 * all));
        free(p.bytes);
    }
}
END_TEST

START_TEST(every_environment_can_be_watched)
{
    enter_fresh_directory();
    const rill_env_type *const *types = rill_env_type_list();
    for (size_t i = 0; types[i] != NULL; i++) {
        rill_env *env = NULL;
        ASSERT_OK(rill_env_create(&env, types[i]->id, NULL, &(rill_error){0}), &(rill_error){0});
        const bool has_features = env->observation_space.kind == RILL_SPACE_BOX;
        const bool is_actor = has_features || env->action_space.kind == RILL_SPACE_BOX;
        char low[128] = "-3", high[128] = "3", features[512] = "";
        for (int32_t k = 1; has_features && k < env->observation_space.size; k++) {
            strcat(low, ", -3");
            strcat(high, ", 3");
        }
        if (has_features) {
            snprintf(features, sizeof features,
                     ", 'features': {'id': 'raw', 'params': {'low': [%s], 'high': [%s]}}", low,
                     high);
        }
        rill_env_destroy(env);
        char json[1024];
        snprintf(json, sizeof json,
                 "{'environment': {'id': '%s'}, 'agents': [{'id': '%s'%s}],"
                 " 'stop': {'steps': 300}, 'runs': 1, 'seed': 1,"
                 " 'record': [{'metric': 'td_error', 'every': 10, 'unit': 'steps'}]}",
                 types[i]->id, is_actor ? "actor_critic" : "q_learning", features);
        write_json("a.json", json);
        RUN("watch", "a.json", "--headless", "--speed", "6000", "--frames", "5", "--size",
            "640x480", "--screenshot", "a.png");
        ck_assert_msg(ran.code == 0, "%s: %s", types[i]->id, ran.err);
        picture p = read_picture("a.png");
        ck_assert_int_gt(count_color(&p, RILL_WHITE), 1000);
        ck_assert_int_lt(count_color(&p, RILL_WHITE), 640 * 480 * 9 / 10);
        free(p.bytes);
    }
}
END_TEST

// ------------------------------------------------------------------------------------- the command

START_TEST(a_watched_run_has_the_hash_of_the_run)
{
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    rill_error error = {0};
    rill_run alone;
    rill_experiment *experiment = parse(grid_world);
    ASSERT_OK(rill_experiment_run_one(experiment, 1, 2, &alone, &error), &error);
    char hash[32];
    snprintf(hash, sizeof hash, "hash %016" PRIx64 "\n", alone.hash);
    ASSERT_DONE("watch", "grid.json", "--agent", "Sarsa", "--run", "2", "--headless", "--speed",
                "max");
    ck_assert_msg(strstr(ran.out, hash) != NULL, "%s is not in: %s", hash, ran.out);
    ASSERT_DONE("watch", "grid.json", "--agent", "Sarsa", "--run", "2", "--headless", "--speed",
                "60000");
    ck_assert_msg(strstr(ran.out, hash) != NULL, "%s is not in: %s", hash, ran.out);
    rill_run_clear(&alone);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(mistakes_are_named)
{
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    RUN("watch");
    ASSERT_FAILED_WITH(2, "expected one experiment file");
    RUN("watch", "nowhere.json", "--headless");
    ASSERT_FAILED_WITH(4, "nowhere.json");
    RUN("watch", "grid.json", "--headless", "--agent", "Sarso");
    ASSERT_FAILED_WITH(2, "did you mean Sarsa");
    RUN("watch", "grid.json", "--headless", "--run", "3");
    ASSERT_FAILED_WITH(2, "runs 0 to 2");
    RUN("watch", "grid.json", "--headless", "--size", "10x10");
    ASSERT_FAILED_WITH(2, "1280x800");
    RUN("watch", "grid.json", "--headless", "--size", "large");
    ASSERT_FAILED_WITH(2, "\"large\"");
    RUN("watch", "grid.json", "--headless", "--speed", "fast");
    ASSERT_FAILED_WITH(2, "\"fast\"");
    RUN("watch", "grid.json", "--headless", "--frames", "1", "--screenshot", "no/where.png");
    ASSERT_FAILED_WITH(4, "no/where.png");
    setenv("RILL_FONT", "grid.json", 1);
    RUN("watch", "grid.json", "--headless", "--frames", "1");
    unsetenv("RILL_FONT");
    ASSERT_FAILED_WITH(1, "RILL_FONT");
    setenv("SDL_VIDEODRIVER", "x11", 1);
    setenv("DISPLAY", ":4711", 1);
    RUN("watch", "grid.json", "--frames", "1");
    unsetenv("SDL_VIDEODRIVER");
    unsetenv("DISPLAY");
    ASSERT_FAILED_WITH(1, "--headless");
}
END_TEST

// ---------------------------------------------------------------------------------- keys and mouse

static bool has_command(const char *name)
{
    char line[128];
    snprintf(line, sizeof line, "command -v %s >/dev/null 2>&1", name);
    return system(line) == 0;
}

/// Runs a line of the shell, until it succeeds or 20 seconds are over.
static void run_shell(const char *line)
{
    for (int i = 0; i < 100; i++) {
        if (system(line) == 0) {
            return;
        }
        sleep_milliseconds(200);
    }
    ck_abort_msg("does not succeed: %s", line);
}

static void await_file(const char *path)
{
    for (int i = 0; i < 100 && !exists(path); i++) {
        sleep_milliseconds(200);
    }
    ck_assert_msg(exists(path), "%s has not come", path);
    sleep_milliseconds(300); // until it is written
}

START_TEST(keys_and_mouse_work_in_a_real_window)
{
    if (!has_command("Xvfb") || !has_command("xdotool")) {
        fprintf(stderr, "test_window: keys and mouse are not tested, without Xvfb and xdotool "
                        "(script/setup.sh display)\n");
        return;
    }
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    int number[2];
    ck_assert_int_eq(pipe(number), 0);
    const pid_t server = fork();
    ck_assert_int_ge(server, 0);
    if (server == 0) {
        char fd[16];
        snprintf(fd, sizeof fd, "%d", number[1]);
        const int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, 1);
        dup2(nowhere, 2);
        execlp("timeout", "timeout", "200", "Xvfb", "-screen", "0", "1400x900x24", "-displayfd", fd,
               (char *)NULL);
        _exit(127);
    }
    close(number[1]);
    char display[16] = ":";
    ck_assert_int_gt(read(number[0], display + 1, sizeof display - 2), 0); // once it is ready
    display[strcspn(display, "\n")] = '\0';
    setenv("DISPLAY", display, 1);
    setenv("SDL_VIDEODRIVER", "x11", 1);
    const char *const arguments[] = {"watch", "grid.json", "--speed", "1", NULL};
    process p = start_program(&(start_options){0}, arguments);
    run_shell("timeout 5 xdotool search --onlyvisible --name 'rill watch' windowmove 0 0 "
              "windowfocus >/dev/null 2>&1");
    sleep_milliseconds(500);
    run_shell("xdotool key space key p"); // paused, within the first steps
    await_file("watch-1.png");
    run_shell("xdotool key e");
    sleep_milliseconds(500);
    run_shell("xdotool key p");
    await_file("watch-2.png");
    run_shell("xdotool key question");
    sleep_milliseconds(500);
    run_shell("xdotool key p");
    await_file("watch-3.png");
    run_shell(
        "xdotool key question key n mousemove 422 774 click 1"); // the right end of the slider
    sleep_milliseconds(500);
    run_shell("xdotool key space"); // on, as fast as it can
    sleep_milliseconds(1500);
    run_shell("xdotool key q");
    result *ended = malloc(sizeof *ended);
    finish_program(&p, ended);
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
    unsetenv("DISPLAY");
    unsetenv("SDL_VIDEODRIVER");

    const place at = place_world(-0.1, -0.1, 12.1, 4.1);
    picture pictures[3];
    for (int i = 0; i < 3; i++) {
        char path[32];
        snprintf(path, sizeof path, "watch-%d.png", i + 1);
        pictures[i] = read_picture(path);
    }
    assert_color(&pictures[0], 14.0, 774.0, RILL_VERMILION, 6); // the bars of the pause
    assert_world_color(&pictures[0], at, 11.5, 0.5, RILL_GREEN);
    assert_world_color(&pictures[1], at, 11.5, 0.5, RILL_BLUE);   // the episode ended at the goal
    assert_color(&pictures[2], 640.0, 590.0, RILL_WHITE, 2);      // the sheet of the help
    ck_assert_int_lt(count_color(&pictures[2], RILL_GREEN), 100); // all else is shaded
    for (int i = 0; i < 3; i++) {
        free(pictures[i].bytes);
    }
    ck_assert_msg(ended->code == 0, "code %d: %s", ended->code, ended->err);
    ck_assert_msg(strstr(ended->out, "run 0 of \"Sarsa\"") != NULL &&
                      strstr(ended->out, "done, hash") != NULL,
                  "%s", ended->out);
    free(ended);
}
END_TEST

TEST_MAIN_WITH_FILES(polygons_cover_their_area, polygons_are_cut_at_the_clip,
                     the_colours_of_values_grow_brighter, looking_changes_no_result,
                     a_run_stops_at_the_end_of_an_episode, a_grid_is_drawn,
                     a_cart_with_its_pole_is_drawn, a_mountain_car_is_drawn_in_every_size,
                     every_environment_can_be_watched, a_watched_run_has_the_hash_of_the_run,
                     mistakes_are_named, keys_and_mouse_work_in_a_real_window)

#else

START_TEST(packages_are_named)
{
    RUN("watch", "experiment.json");
    ASSERT_FAILED_WITH(1, "libsdl2-dev");
    ASSERT_DONE("watch", "--help");
}
END_TEST

TEST_MAIN_WITH_FILES(packages_are_named)

#endif
