/// The window of `rill watch`: its pictures, its messages, keys and mouse.
#include "tests/program.h"

#ifdef RILL_HAS_SDL

#include "plots/window/paint.h"
#include "plots/window/window.h"

#include <SDL2/SDL.h>
#include <inttypes.h>
#include <png.h>
#include <rill/experiment.h>

static const char grid_world[] =
    "{'environment': {'id': 'cliff_walking'},"
    " 'agents': [{'label': 'Q', 'id': 'q_learning', 'params': {'alpha': 0.5, 'gamma': 1}},"
    "            {'label': 'Sarsa', 'id': 'sarsa', 'params': {'alpha': 0.5, 'gamma': 1}}],"
    " 'stop': {'episodes': 40}, 'runs': 3, 'seed': 7,"
    " 'record': [{'metric': 'return', 'every': 1, 'unit': 'episodes'}]}";

static const char mountain_car[] =
    "{'environment': {'id': 'mountain_car'},"
    " 'agents': [{'id': 'sarsa', 'params': {'alpha': 0.0625, 'gamma': 1},"
    "             'features': {'id': 'tile_coding'}}],"
    " 'stop': {'steps': 3000}, 'runs': 1, 'seed': 3,"
    " 'evaluation': {'every': 1000, 'unit': 'steps', 'episodes': 2, 'max_steps': 300},"
    " 'record': [{'metric': 'td_error', 'every': 100, 'unit': 'steps'}]}";

// -------------------------------------------------------------------------------------- pictures

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

static bool is_color(const picture *p, double x, double y, rill_color expected)
{
    const unsigned char *at = p->bytes + 3 * ((ptrdiff_t)(int)y * p->width + (int)x);
    return abs(at[0] - expected.red) + abs(at[1] - expected.green) + abs(at[2] - expected.blue) <
           12;
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
    ck_assert_msg(is_color(p, at.x + x * at.scale, at.y - y * at.scale, expected),
                  "at (%.2f, %.2f) of the world", x, y);
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

START_TEST(a_curve_without_points_has_no_ticks)
{
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    ASSERT_DONE("watch", "grid.json", "--headless", "--frames", "2", "--screenshot", "a.png");
    const picture p = read_picture("a.png");
    for (int y = 268; y < 410; y++) { // within the curve's sheet, right of the words
        ck_assert_msg(is_color(&p, 1200, y, RILL_WHITE), "a line at %d", y);
    }
    free(p.bytes);
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
    write_json("car.json", mountain_car);
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

// ------------------------------------------------------------------------------- stored pictures

enum { TILE = 8 }; ///< pixels of a picture along each side of a pixel of the stored one

/// The means of its tiles: letters of another make change them little, a missing line or panel much.
static picture reduce(const picture *p)
{
    picture small = {p->width / TILE, p->height / TILE, NULL};
    small.bytes = malloc((size_t)small.width * (size_t)small.height * 3);
    for (int i = 0; i < small.width * small.height * 3; i++) {
        const int x = i / 3 % small.width * TILE, y = i / 3 / small.width * TILE;
        int sum = 0;
        for (int k = 0; k < TILE * TILE; k++) {
            sum += p->bytes[3 * ((ptrdiff_t)(y + k / TILE) * p->width + x + k % TILE) + i % 3];
        }
        small.bytes[i] = (unsigned char)(sum / (TILE * TILE));
    }
    return small;
}

/// Whether two reduced pictures show the same: hardly a tile in fifty differs by more than a letter does (an
/// eighth of black on white), and the mean over all by less than one level of 255.
static bool are_alike(const picture *a, const picture *b)
{
    if (a->width != b->width || a->height != b->height) {
        return false;
    }
    const int n = a->width * a->height;
    int n_different = 0, sum = 0;
    for (int i = 0; i < n; i++) {
        int most = 0;
        for (int k = 0; k < 3; k++) {
            const int difference = abs(a->bytes[3 * i + k] - b->bytes[3 * i + k]);
            most = difference > most ? difference : most;
            sum += difference;
        }
        n_different += most > 32;
    }
    return n_different * 50 <= n && sum < 3 * n;
}

static void write_picture(const char *path, const picture *p)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)p->width,
                       .height = (png_uint_32)p->height,
                       .format = PNG_FORMAT_RGB};
    ck_assert_msg(png_image_write_to_file(&image, path, 0, p->bytes, 0, NULL) != 0, "%s: %s", path,
                  image.message);
}

/// A picture is as the stored one of that name, and not as a part of it is. With RILL_REMAKE_PICTURES in the
/// environment it is stored.
static void assert_as_stored(const picture *shown, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, RILL_TEST_DATA "/window/%s.png", name);
    picture small = reduce(shown);
    if (getenv("RILL_REMAKE_PICTURES") != NULL) {
        write_picture(path, &small);
    }
    picture stored = read_picture(path);
    ck_assert_msg(are_alike(&small, &stored),
                  "%s is shown otherwise than %s; look at both, and store it if it is better", name,
                  path);
    // a picture whose left panel is empty would be noticed
    for (int i = 0; i < small.width * small.height; i++) {
        const bool is_world = i % small.width < small.width / 2 && i / small.width > 8;
        if (is_world) {
            memset(small.bytes + 3 * (ptrdiff_t)i, 255, 3);
        }
    }
    ck_assert_msg(!are_alike(&small, &stored), "%s without its world is not told apart", name);
    free(small.bytes);
    free(stored.bytes);
}

/// Keys, one in each frame, without a display.
START_TEST(keys_show_other_things)
{
    static const struct {
        const char *keys, *name;
    } shown[] = {{"t", "keys-traces"}, {"question", "keys-help"}, {"n space", "keys-next-paused"}};
    enter_fresh_directory();
    write_json(
        "traces.json",
        "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa_lambda', 'params':"
        " {'alpha': 0.5, 'lambda': 0.9}}, {'id': 'q_learning'}], 'stop': {'episodes': 40},"
        " 'seed': 7}");
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        ASSERT_DONE("watch", "traces.json", "--headless", "--speed", "6000", "--frames", "12",
                    "--size", "640x480", "--press", shown[i].keys, "--screenshot", "a.png");
        picture p = read_picture("a.png");
        assert_as_stored(&p, shown[i].name);
        free(p.bytes);
    }
    // another run, or agent, while the greedy policy is shown
    ASSERT_DONE("watch", "traces.json", "--headless", "--frames", "6", "--press", "g n g r");
    RUN("watch", "traces.json", "--headless", "--frames", "2", "--speed", "1e30");
    ASSERT_FAILED_WITH(2, "1 to 1e9, or max");
    RUN("watch", "traces.json", "--headless", "--frames", "2", "--press", "tt");
    ASSERT_FAILED_WITH(2, "no key is called \"tt\"");
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
        assert_as_stored(&p, types[i]->id);
        free(p.bytes);
    }
}
END_TEST

// --------------------------------------------------------------------------------- the command

START_TEST(a_watched_run_has_the_hash_of_the_run)
{
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    rill_error error = {0};
    rill_run alone;
    rill_experiment *experiment = NULL;
    ASSERT_OK(rill_experiment_load(&experiment, "grid.json", NULL, &error), &error);
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
    RUN("watch", "grid.json", "--headless", "--size", "320x320"); // less than the window can be
    ASSERT_FAILED_WITH(2, "from 640x480 to 8192x8192");
    RUN("watch", "grid.json", "--headless", "--seed", "3");
    ASSERT_FAILED_WITH(2, "--set seed=S");
    RUN("watch", "--play", "grid.json", "--headless", "--frames", "1", "--seed", "0");
    ASSERT_FAILED_WITH(2, "seeded with 0");
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

// ------------------------------------------------------------------------------- stored agents

/// Whether two pictures are the same within a rectangle.
static bool are_equal_within(const picture *a, const picture *b, int left, int top, int right,
                             int bottom)
{
    for (int y = top; y < bottom; y++) {
        const ptrdiff_t at = 3 * ((ptrdiff_t)y * a->width + left);
        if (memcmp(a->bytes + at, b->bytes + at, 3 * (size_t)(right - left)) != 0) {
            return false;
        }
    }
    return true;
}

/// Shows the stored agent of the directory for a second.
static picture play(const char *speed, const char *keys)
{
    ASSERT_DONE("watch", "--play", "kept", "--agent", "Q", "--headless", "--frames", "60",
                "--speed", speed, "--press", keys, "--screenshot", "a.png");
    return read_picture("a.png");
}

/// Its run is over, and it goes on.
START_TEST(a_stored_agent_is_shown_at_work)
{
    const int steps_left = 950, steps_top = 106, steps_right = 1064, steps_bottom = 126;
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    ASSERT_DONE("run", "grid.json", "--out", "kept", "--quiet");
    picture slow = play("60", ""), fast = play("600", "");
    ck_assert(is_color(&slow, 18, 774, RILL_GREEN)); // the triangle of what goes on
    ck_assert(!are_equal_within(&slow, &fast, steps_left, steps_top, steps_right, steps_bottom));
    picture paused = play("60", "space");
    ck_assert(is_color(&paused, 14, 774, RILL_VERMILION));
    free(slow.bytes);
    free(fast.bytes);
    free(paused.bytes);
    ck_assert_ptr_nonnull(strstr(ran.out, "\ngreedy: 0 steps, 0 episodes\n"));
}
END_TEST

/// What was cut has no return.
START_TEST(a_stored_agent_that_goes_round_is_cut)
{
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    ASSERT_DONE("run", "grid.json", "--out", "kept", "--quiet", "--set", "stop.episodes=1");
    ASSERT_DONE("watch", "--play", "kept", "--headless", "--frames", "45", "--speed", "6000");
    ck_assert_ptr_nonnull(
        strstr(ran.out, "\ngreedy: 4498 steps, 0 episodes, 2 cut at 2000 steps\n"));
    ASSERT_DONE("run", "grid.json", "--out", "more", "--quiet", "--set", "stop.episodes=400");
    ASSERT_DONE("watch", "--play", "more", "--headless", "--frames", "60", "--speed", "60");
    ck_assert_ptr_nonnull(strstr(ran.out, "\ngreedy: 56 steps, 4 episodes, last return -13\n"));
}
END_TEST

// -------------------------------------------------------------------------------- keys and mouse

/// A click counts where it is, also when the mouse was elsewhere in the last frame, or there was none.
START_TEST(a_click_counts_where_it_is)
{
    rill_error error = {0};
    window_report report;
    rill_experiment *experiment = NULL;
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    ASSERT_OK(rill_experiment_load(&experiment, "grid.json", NULL, &error), &error);
    const window_request request = {.experiment = experiment,
                                    .speed = 1.0,
                                    .width = 1280,
                                    .height = 800,
                                    .is_headless = true,
                                    .frames = 1,
                                    .screenshot = "a.png"};
    const place at = place_world(-0.1, -0.1, 12.1, 4.1);
    for (int column = 0; column < 12; column += 5) {
        ck_assert_int_eq(SDL_Init(SDL_INIT_EVENTS), 0);
        // on the values, right below; those cells are of 37.8 pixels
        SDL_Event click = {.button = {.type = SDL_MOUSEBUTTONDOWN,
                                      .button = SDL_BUTTON_LEFT,
                                      .x = 741 + (int)(37.8 * column),
                                      .y = 579}};
        ck_assert_int_eq(SDL_PushEvent(&click), 1);
        ASSERT_OK(window_watch(&request, &report, &error), &error);
        picture p = read_picture("a.png");
        assert_world_color(&p, at, column + 0.5, 2.5, RILL_BLUE);
        assert_world_color(&p, at, 0.5, 0.3, RILL_LIGHT_GREY); // the start
        free(p.bytes);
    }
    rill_experiment_destroy(experiment);
}
END_TEST

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

/// Has the window save pictures until a colour is seen at a place. `repeated` is done before each, or NULL.
static void await_color(const char *what, const char *repeated, double x, double y,
                        rill_color color)
{
    static int n_saved;
    bool is_seen = false;
    for (int i = 0; i < 60 && !is_seen; i++) {
        char path[32];
        snprintf(path, sizeof path, "watch-%d.png", ++n_saved);
        if (repeated != NULL) {
            run_shell(repeated);
        }
        run_shell("xdotool key p");
        for (int k = 0; k < 100 && !exists(path); k++) {
            sleep_milliseconds(100);
        }
        sleep_milliseconds(200); // until it is written
        picture p = read_picture(path);
        is_seen = is_color(&p, x, y, color);
        free(p.bytes);
    }
    ck_assert_msg(is_seen, "not seen: %s", what);
}

/// Gives the window the focus; false when there is none within ten seconds.
static bool takes_focus(void)
{
    for (int i = 0; i < 50; i++) {
        if (system("timeout 5 xdotool search --onlyvisible --name 'rill watch' windowfocus"
                   " >/dev/null 2>&1") == 0) {
            return true;
        }
        sleep_milliseconds(200);
    }
    return false;
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
    setenv("ASAN_OPTIONS", "detect_leaks=0",
           1); // of the display's libraries, which are unloaded by then
    const char *const arguments[] = {"watch", "grid.json", "--speed", "1", NULL};
    result *ended = malloc(sizeof *ended);
    process p = start_program(&(start_options){0}, arguments);
    for (int i = 0; i < 2 && !takes_focus();
         i++) { // a server just begun may refuse its first client
        kill(p.pid, SIGTERM);
        finish_program(&p, ended);
        fprintf(stderr, "test_window: no window came up: %s\n", ended->err);
        p = start_program(&(start_options){0}, arguments);
    }
    ck_assert_msg(takes_focus(), "no window came up, three times");
    const place at = place_world(-0.1, -0.1, 12.1, 4.1);
    const double goal_x = at.x + 11.5 * at.scale, goal_y = at.y - 0.5 * at.scale;
    await_color("the goal", NULL, goal_x, goal_y, RILL_GREEN);
    run_shell("xdotool key space");
    await_color("the bars of the pause", NULL, 14.0, 774.0, RILL_VERMILION);
    run_shell("xdotool key e");
    await_color("the agent at the goal", NULL, goal_x, goal_y, RILL_BLUE);
    run_shell("xdotool key question");
    await_color("the shade around the help", NULL, 100.0, 700.0, (rill_color){160, 161, 164, 255});
    run_shell("xdotool key question key n"); // the other agent
    await_color("the goal of the other run", NULL, goal_x, goal_y, RILL_GREEN);
    char click[128];
    const double cell_x = at.x + 3.5 * at.scale, cell_y = at.y - 3.5 * at.scale;
    snprintf(click, sizeof click,
             "xdotool search --name 'rill watch' mousemove --window %%1 %d %d click 1", (int)cell_x,
             (int)cell_y);
    await_color("the greedy agent where the click was", click, cell_x, cell_y, RILL_BLUE);
    await_color("the knob at the right end",
                "xdotool search --name 'rill watch' mousemove --window %1 421 774 click 1", 422.0,
                774.0, RILL_BLUE);
    run_shell("xdotool key space");
    await_color("the square at the end", NULL, 18.0, 774.0, (rill_color){34, 38, 44, 255});
    run_shell("xdotool key f"); // the badge is for the screen alone
    for (int i = 0; i < 100 && !exists("watch-1.mp4") && !exists("watch-1"); i++) {
        sleep_milliseconds(100);
    }
    await_color("no badge in a picture", NULL, 1150.0, 12.0, (rill_color){240, 241, 243, 255});
    run_shell("xdotool key q");
    finish_program(&p, ended);
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
    unsetenv("DISPLAY");
    unsetenv("SDL_VIDEODRIVER");
    unsetenv("ASAN_OPTIONS");
    ck_assert_msg(ended->code == 0, "code %d: %s", ended->code, ended->err);
    ck_assert_msg(strstr(ended->out, "run 0 of \"Sarsa\"") != NULL &&
                      strstr(ended->out, "done, hash") != NULL,
                  "%s", ended->out);
    ASSERT_DONE("watch", "grid.json", "--agent", "Sarsa", "--headless", "--speed", "max");
    ck_assert_msg(strstr(ended->out, strstr(ran.out, "hash ")) != NULL, "%s and %s", ended->out,
                  ran.out); // keys and clicks have changed nothing
    ck_assert_msg(strstr(ended->out, "\nsaved ") != NULL, "no film: %s", ended->out);
    free(ended);
}
END_TEST

TEST_MAIN_WITH_FILES(a_grid_is_drawn, a_curve_without_points_has_no_ticks,
                     a_cart_with_its_pole_is_drawn, a_mountain_car_is_drawn_in_every_size,
                     every_environment_can_be_watched, keys_show_other_things,
                     a_watched_run_has_the_hash_of_the_run, mistakes_are_named,
                     a_stored_agent_is_shown_at_work, a_stored_agent_that_goes_round_is_cut,
                     a_click_counts_where_it_is, keys_and_mouse_work_in_a_real_window)

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
