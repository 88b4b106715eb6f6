/// The window of `rill watch`: its pictures.
#include "tests/program.h"

#ifdef RILL_HAS_SDL

#include "tests/pictures.h"

#include <rill/env.h>

static const char mountain_car[] =
    "{'environment': {'id': 'mountain_car'},"
    " 'agents': [{'id': 'sarsa', 'params': {'alpha': 0.0625, 'gamma': 1},"
    "             'features': {'id': 'tile_coding'}}],"
    " 'stop': {'steps': 3000}, 'runs': 1, 'seed': 3,"
    " 'evaluation': {'every': 1000, 'unit': 'steps', 'episodes': 2, 'max_steps': 300},"
    " 'record': [{'metric': 'td_error', 'every': 100, 'unit': 'steps'}]}";

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

TEST_MAIN_WITH_FILES(a_grid_is_drawn, a_curve_without_points_has_no_ticks,
                     a_cart_with_its_pole_is_drawn, a_mountain_car_is_drawn_in_every_size,
                     every_environment_can_be_watched, keys_show_other_things)

#else

int main(void)
{
    return 77; // there is no window
}

#endif
