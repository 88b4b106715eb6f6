#include <rill/math.h>
#include <rill/rng.h>

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { N_DENSE = 1000000 };

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// Of any exponent, subnormal too.
static double any_positive(rill_rng *rng)
{
    return double_of(rill_rng_next64(rng) % bits_of((double)INFINITY));
}

static double any_sign(rill_rng *rng, double x)
{
    return rill_rng_next64(rng) >> 63 ? -x : x;
}

// Arguments that reach every branch of one function, by the number of the draw.
typedef double argument_function(rill_rng *rng, int i);

static double exp_argument(rill_rng *rng, int i)
{
    switch (i % 3) {
    case 0:
        return rill_rng_uniform(rng, -746.0, 710.0);
    case 1:
        return rill_rng_uniform(rng, -1.0, 1.0);
    default:
        return rill_rng_uniform(rng, -745.2, -708.0); // subnormal results
    }
}

static double log_argument(rill_rng *rng, int i)
{
    switch (i % 3) {
    case 0:
        return any_positive(rng);
    case 1:
        return rill_rng_uniform(rng, 0.5, 2.0);
    default:
        return 1.0 + rill_rng_uniform(rng, -1.0, 1.0) * 0x1p-18;
    }
}

static double log1p_argument(rill_rng *rng, int i)
{
    switch (i % 4) {
    case 0:
        return -rill_rng_random(rng);
    case 1:
        return rill_rng_uniform(rng, -0.6, 4.0);
    case 2:
        return rill_rng_uniform(rng, -1.0, 1.0) * 0x1p-28;
    default:
        return any_positive(rng);
    }
}

static double angle_argument(rill_rng *rng, int i)
{
    const long double half_pi = 1.57079632679489661923L;
    switch (i % 6) {
    case 0:
        return rill_rng_uniform(rng, -0x1p-6, 0x1p-6);
    case 1:
        return rill_rng_uniform(rng, -RILL_PI, RILL_PI);
    case 2:
        return rill_rng_uniform(rng, -0x1p26, 0x1p26);
    case 3:
        return any_sign(rng, any_positive(rng));
    case 4: // as near to a multiple of pi/2 as doubles come
        return any_sign(rng, (double)(half_pi * (long double)rill_rng_integers(rng, 0x7FFFFFF)));
    default: // near the next step of the table
        return any_sign(rng, (double)(2 * rill_rng_integers(rng, 51) + 1) / 128.0 +
                                 rill_rng_uniform(rng, -1.0, 1.0) * 0x1p-40);
    }
}

static double tanh_argument(rill_rng *rng, int i)
{
    switch (i % 5) {
    case 0:
        return rill_rng_uniform(rng, -23.0, 23.0);
    case 1:
        return rill_rng_uniform(rng, -0.6, 0.6);
    case 2: // about where one form ends and the other begins
        return any_sign(rng, 0.55 + rill_rng_uniform(rng, -1.0, 1.0) * 0x1p-6);
    case 3:
        return rill_rng_uniform(rng, -1.0, 1.0) * 0x1p-27;
    default:
        return any_sign(rng, any_positive(rng));
    }
}

static double logistic_argument(rill_rng *rng, int i)
{
    switch (i % 3) {
    case 0:
        return rill_rng_uniform(rng, -745.0, 745.0);
    case 1:
        return rill_rng_uniform(rng, -40.0, 40.0);
    default:
        return rill_rng_uniform(rng, -1.0, 1.0);
    }
}

static long double logistic_reference(long double x)
{
    return 1.0L / (1.0L + expl(-x));
}

static long double softplus_reference(long double x)
{
    return x > 0.0L ? x + log1pl(expl(-x)) : log1pl(expl(x));
}

static double sin_of_sincos(double x)
{
    double sine, cosine;
    rill_sincos(x, &sine, &cosine);
    return sine;
}

static double cos_of_sincos(double x)
{
    double sine, cosine;
    rill_sincos(x, &sine, &cosine);
    return cosine;
}

// `bound` is on the error, in units in the last place
static const struct {
    const char *name;
    double (*ours)(double);
    long double (*reference)(long double);
    double bound;
    argument_function *argument;
    uint64_t hash;
} functions[] = {
    {"exp", rill_exp, expl, 1.0, exp_argument, UINT64_C(0x04E1E6A88E87A651)},
    {"log", rill_log, logl, 1.0, log_argument, UINT64_C(0x9460EC2A1E774B88)},
    // the hash of what log1p of glibc 2.36 gives (Debian 12, x86-64, its variant without fused
    // multiply-add: GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-AVX2,-FMA4)
    {"log1p", rill_log1p, log1pl, 1.0, log1p_argument, UINT64_C(0x64DDFD8B304761F6)},
    {"tanh", rill_tanh, tanhl, 1.0, tanh_argument, UINT64_C(0x2EA990232303AD15)},
    {"logistic", rill_logistic, logistic_reference, 2.5, logistic_argument,
     UINT64_C(0x45013D53896B5A10)},
    {"softplus", rill_softplus, softplus_reference, 2.0, logistic_argument,
     UINT64_C(0x804D0F792B38CCD2)},
    {"sin", rill_sin, sinl, 0.52, angle_argument, UINT64_C(0x80421B46F0A4273A)},
    {"cos", rill_cos, cosl, 0.52, angle_argument, UINT64_C(0x89EA8F74FEE7B17D)},
    {"sin of sincos", sin_of_sincos, sinl, 0.52, angle_argument, UINT64_C(0x80421B46F0A4273A)},
    {"cos of sincos", cos_of_sincos, cosl, 0.52, angle_argument, UINT64_C(0x89EA8F74FEE7B17D)},
};

enum { N_FUNCTIONS = sizeof functions / sizeof functions[0] };

// Distance to the next double away from zero.
static double last_place(double x)
{
    return nextafter(fabs(x), (double)INFINITY) - fabs(x);
}

START_TEST(error_is_below_its_bound)
{
#if LDBL_MANT_DIG < 64
    return; // long double is no better than double here
#endif
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    for (int i = 0; i < N_DENSE; ++i) {
        double x = functions[_i].argument(&rng, i);
        long double expected = functions[_i].reference((long double)x);
        if (fabsl(expected) > (long double)DBL_MAX) {
            continue;
        }
        long double error = fabsl((long double)functions[_i].ours(x) - expected);
        if (!(error <
              (long double)functions[_i].bound * (long double)last_place((double)expected))) {
            ck_abort_msg("%s(%a) = %a, not %La", functions[_i].name, x, functions[_i].ours(x),
                         expected);
        }
    }
}
END_TEST

// One hash for all compilers, flags and processors; FNV-1a over the bits, lowest byte first.
START_TEST(bits_are_the_same_everywhere)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    for (int i = 0; i < N_DENSE; ++i) {
        uint64_t bits = bits_of(functions[_i].ours(functions[_i].argument(&rng, i)));
        for (int shift = 0; shift < 64; shift += 8) {
            hash = (hash ^ (bits >> shift & 0xFF)) * UINT64_C(0x100000001B3);
        }
    }
    ck_assert_msg(hash == functions[_i].hash, "%s: %#llX", functions[_i].name,
                  (unsigned long long)hash);
}
END_TEST

static void assert_same(double ours, double expected)
{
    if (isnan(expected)) {
        ck_assert_double_nan(ours);
    } else {
        ck_assert_msg(bits_of(ours) == bits_of(expected), "%a, not %a", ours, expected);
    }
}

START_TEST(exp_at_its_limits)
{
    const double infinity = (double)INFINITY;
    assert_same(rill_exp(0.0), 1.0);
    assert_same(rill_exp(-0.0), 1.0);
    assert_same(rill_exp(0x1p-1074), 1.0);
    assert_same(rill_exp(infinity), infinity);
    assert_same(rill_exp(-infinity), 0.0);
    assert_same(rill_exp((double)NAN), (double)NAN);
    assert_same(rill_exp(DBL_MAX), infinity);
    assert_same(rill_exp(-DBL_MAX), 0.0);
    // the doubles on either side of log(DBL_MAX) and of log(2^-1075), below which 0 is nearest
    ck_assert_double_finite(rill_exp(0x1.62e42fefa39efp+9));
    assert_same(rill_exp(0x1.62e42fefa39fp+9), infinity);
    assert_same(rill_exp(-0x1.74910d52d3051p+9), 0x1p-1074);
    assert_same(rill_exp(-0x1.74910d52d3052p+9), 0.0);
}
END_TEST

START_TEST(log_at_its_limits)
{
    const double infinity = (double)INFINITY;
    assert_same(rill_log(1.0), 0.0);
    assert_same(rill_log(0.0), -infinity);
    assert_same(rill_log(-0.0), -infinity);
    assert_same(rill_log(infinity), infinity);
    assert_same(rill_log(-0x1p-1074), (double)NAN);
    assert_same(rill_log(-infinity), (double)NAN);
    assert_same(rill_log((double)NAN), (double)NAN);
    assert_same(rill_log(0x1p-1074), -0x1.74385446d71c3p+9); // -1074 log(2)
    assert_same(rill_log(DBL_MAX), 0x1.62e42fefa39efp+9);    // 1024 log(2)
}
END_TEST

START_TEST(log1p_at_its_limits)
{
    const double infinity = (double)INFINITY;
    assert_same(rill_log1p(0.0), 0.0);
    assert_same(rill_log1p(-0.0), -0.0);
    assert_same(rill_log1p(0x1p-1074), 0x1p-1074);
    assert_same(rill_log1p(-0x1p-1074), -0x1p-1074);
    assert_same(rill_log1p(-1.0), -infinity);
    assert_same(rill_log1p(-0x1.0000000000001p+0), (double)NAN);
    assert_same(rill_log1p(-infinity), (double)NAN);
    assert_same(rill_log1p((double)NAN), (double)NAN);
    assert_same(rill_log1p(infinity), infinity);
    assert_same(rill_log1p(DBL_MAX), 0x1.62e42fefa39efp+9);
    assert_same(rill_log1p(-0x1.fffffffffffffp-1), -0x1.25e4f7b2737fap+5); // -53 log(2)
    // where glibc drops the rounding of 1 + x, as ours must
    assert_same(rill_log1p(-0x1.2bec400000001p-2), -0x1.62e4420e1ff1p-2);
}
END_TEST

START_TEST(tanh_logistic_and_softplus_at_their_limits)
{
    const double infinity = (double)INFINITY;
    assert_same(rill_tanh(0.0), 0.0);
    assert_same(rill_tanh(-0.0), -0.0);
    assert_same(rill_tanh(0x1p-1074), 0x1p-1074);
    assert_same(rill_tanh(infinity), 1.0);
    assert_same(rill_tanh(-infinity), -1.0);
    assert_same(rill_tanh(-DBL_MAX), -1.0);
    assert_same(rill_tanh((double)NAN), (double)NAN);
    // tanh(x) is nearer to 1 than to the double below it from x = 27.5 log(2) = 19.0615... on
    assert_same(rill_tanh(19.0616), 1.0);
    assert_same(rill_tanh(19.0614), 1.0 - 0x1p-53);

    assert_same(rill_logistic(0.0), 0.5);
    assert_same(rill_logistic(infinity), 1.0);
    assert_same(rill_logistic(-infinity), 0.0);
    assert_same(rill_logistic(DBL_MAX), 1.0);
    assert_same(rill_logistic((double)NAN), (double)NAN);

    assert_same(rill_softplus(0.0), 0x1.62e42fefa39efp-1); // log(2)
    assert_same(rill_softplus(infinity), infinity);
    assert_same(rill_softplus(-infinity), 0.0);
    assert_same(rill_softplus(DBL_MAX), DBL_MAX);
    assert_same(rill_softplus((double)NAN), (double)NAN);
    assert_same(rill_softplus(-700.0), rill_exp(-700.0));
}
END_TEST

START_TEST(sin_and_cos_at_their_limits)
{
    assert_same(rill_sin(0.0), 0.0);
    assert_same(rill_sin(-0.0), -0.0);
    assert_same(rill_cos(-0.0), 1.0);
    assert_same(rill_sin(0x1p-1074), 0x1p-1074);
    assert_same(rill_sin(-0x1p-1074), -0x1p-1074);
    static const double none[] = {(double)INFINITY, -(double)INFINITY, (double)NAN};
    for (int i = 0; i < 3; ++i) {
        double sine = 0.0, cosine = 0.0;
        rill_sincos(none[i], &sine, &cosine);
        ck_assert(isnan(rill_sin(none[i])) && isnan(rill_cos(none[i])));
        ck_assert(isnan(sine) && isnan(cosine));
    }
    // from mpmath at 2000 bits
    static const double known[][3] = {
        {RILL_PI, 0x1.1a62633145c07p-53, -1.0},
        {RILL_PI / 2.0, 1.0, 0x1.1a62633145c07p-54},
        {100.0, -0x1.03425b78c4db8p-1, 0x1.b981dbf665fdfp-1},
        {1e22, -0x1.b453ab76bf397p-1, 0x1.0be2cef01c8f4p-1},
        {DBL_MAX, 0x1.452fc98b34e97p-8, -0x1.fffe62ecfab75p-1},
        // of all doubles the nearest to a multiple of pi/2, 6381956970095103 2^797
        {0x1.6ac5b262ca1ffp+849, 1.0, -0x1.14ae72e6ba22fp-61},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; ++i) {
        assert_same(rill_sin(known[i][0]), known[i][1]);
        assert_same(rill_sin(-known[i][0]), -known[i][1]);
        assert_same(rill_cos(known[i][0]), known[i][2]);
        assert_same(rill_cos(-known[i][0]), known[i][2]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("math");
    TCase *dense = tcase_create("dense");
    tcase_add_loop_test(dense, error_is_below_its_bound, 0, N_FUNCTIONS);
    tcase_add_loop_test(dense, bits_are_the_same_everywhere, 0, N_FUNCTIONS);
    suite_add_tcase(suite, dense);
    TCase *limits = tcase_create("limits");
    tcase_add_test(limits, exp_at_its_limits);
    tcase_add_test(limits, log_at_its_limits);
    tcase_add_test(limits, log1p_at_its_limits);
    tcase_add_test(limits, tanh_logistic_and_softplus_at_their_limits);
    tcase_add_test(limits, sin_and_cos_at_their_limits);
    suite_add_tcase(suite, limits);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner) + (srunner_ntests_run(runner) == 0);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
