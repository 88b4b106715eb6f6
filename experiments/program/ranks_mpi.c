/// Messages by MPI. Its own waiting turns round and round at full speed, so nothing here waits in MPI:
/// everything asks, and sleeps in between.
#include "experiments/program/ranks.h"

#ifdef RILL_HAS_MPI

#include "experiments/program/ranks_launch.h"

#include <limits.h>
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TAG = 1,
    END = 2, // how the last message of all begins; an answer begins with 0 or 1
};

static const double pause_seconds = 0.001; // between two questions

struct outgoing {
    MPI_Request request;
    unsigned char *data;
};

struct incoming {
    MPI_Request request;
    bytes_writer message;
    int32_t from;
};

static rill_status mpi_error(int code, const char *doing, rill_error *error)
{
    char text[MPI_MAX_ERROR_STRING + 1] = "";
    int length = 0;
    MPI_Error_string(code, text, &length);
    text[strcspn(text, "\r\n")] = '\0';
    return rill_error_set(error, RILL_FAILED, "", "MPI, %s: %s", doing, text);
}

/// Sleeps until a request is fulfilled; MPI's code.
static int wait_for(MPI_Request *request)
{
    int is_there = 0;
    int code = MPI_Test(request, &is_there, MPI_STATUS_IGNORE);
    while (code == MPI_SUCCESS && !is_there) {
        ranks_pause(pause_seconds);
        code = MPI_Test(request, &is_there, MPI_STATUS_IGNORE);
    }
    return code;
}

/// The launcher's count and MPI's must be the same: MPI does not know the processes of a launcher that
/// is not its own, and each is then rank 0 of 1.
static rill_status check_launcher(ranks *all, const ranks_launch *launch, rill_error *error)
{
    if (all->count == launch->count) {
        return RILL_OK;
    }
    char library[MPI_MAX_LIBRARY_VERSION_STRING + 1] = "";
    int length = 0;
    MPI_Get_library_version(library, &length);
    library[strcspn(library, ",\r\n")] = '\0';
    all->rank = launch->rank;
    all->count = 1;
    return rill_error_set(
        error, RILL_FAILED, "",
        "%d processes were started by a launcher that does not belong to the MPI that "
        "rill was built with, %.80s; use mpirun or srun of that one",
        (int)launch->count, library);
}

rill_status ranks_begin(ranks *all, bool is_wanted, rill_error *error)
{
    const ranks_launch launch = ranks_launch_find();
    *all = (ranks){.count = 1, .count_on_node = 1};
    if (!is_wanted || launch.count < 2) {
        return RILL_OK; // MPI alone with itself would only take time to start
    }
    all->rank = launch.rank;
    int level = 0;
    int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
    if (code != MPI_SUCCESS || level < MPI_THREAD_FUNNELED) {
        return rill_error_set(error, RILL_FAILED, "", "MPI does not start beside threads");
    }
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    int rank = 0;
    int count = 0;
    int on_node = 0;
    MPI_Comm node = MPI_COMM_NULL;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    code = MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &node);
    if (code != MPI_SUCCESS) {
        return mpi_error(code, "looking for the ranks of a node", error);
    }
    MPI_Comm_size(node, &on_node);
    MPI_Comm_free(&node);
    all->rank = rank;
    all->count = count;
    all->count_on_node = on_node;
    all->is_lost = calloc((size_t)count, sizeof *all->is_lost);
    if (all->is_lost == NULL) {
        return rill_error_no_memory(error);
    }
    return check_launcher(all, &launch, error);
}

rill_status ranks_share(ranks *all, bytes_writer *shared, rill_error *error)
{
    if (all->count == 1) {
        return RILL_OK;
    }
    all->is_started = true;
    MPI_Request request = MPI_REQUEST_NULL;
    int64_t size = (int64_t)shared->size;
    int code = MPI_Ibcast(&size, 1, MPI_INT64_T, 0, MPI_COMM_WORLD, &request);
    code = code == MPI_SUCCESS ? wait_for(&request) : code;
    if (code == MPI_SUCCESS && all->rank > 0) {
        *shared = (bytes_writer){.data = malloc((size_t)size + 1), .size = (size_t)size};
        if (shared->data == NULL) {
            return rill_error_no_memory(error);
        }
    }
    if (code == MPI_SUCCESS) {
        code = MPI_Ibcast(shared->data, (int)size, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
    }
    code = code == MPI_SUCCESS ? wait_for(&request) : code;
    return code == MPI_SUCCESS ? RILL_OK : mpi_error(code, "sharing the experiment", error);
}

/// Room for one more message; NULL without memory.
static outgoing *extend(ranks *all)
{
    if (all->n_outgoing == all->outgoing_capacity) {
        const size_t capacity = 2 * all->outgoing_capacity + 16;
        outgoing *larger = realloc(all->outgoing, capacity * sizeof *larger);
        if (larger == NULL) {
            return NULL;
        }
        all->outgoing = larger;
        all->outgoing_capacity = capacity;
    }
    return &all->outgoing[all->n_outgoing++];
}

rill_status ranks_send(ranks *all, int32_t to, bytes_writer *message, rill_error *error)
{
    outgoing *sent = message->is_incomplete ? NULL : extend(all);
    if (sent == NULL || message->size > INT_MAX) {
        const bool is_too_large = sent != NULL;
        all->n_outgoing -= is_too_large;
        const size_t size = message->size;
        free(message->data);
        *message = (bytes_writer){0};
        return is_too_large
                   ? rill_error_set(error, RILL_FAILED, "",
                                    "a run of %zu bytes is too large to send; record less, or "
                                    "every k episodes or steps",
                                    size)
                   : rill_error_no_memory(error);
    }
    *sent = (outgoing){MPI_REQUEST_NULL, message->data};
    const int code = MPI_Isend(message->data, (int)message->size, MPI_BYTE, to, TAG, MPI_COMM_WORLD,
                               &sent->request);
    *message = (bytes_writer){0};
    ranks_have_sent(all);
    return code == MPI_SUCCESS ? RILL_OK : mpi_error(code, "sending", error);
}

bool ranks_have_sent(ranks *all)
{
    size_t kept = 0;
    for (size_t i = 0; i < all->n_outgoing; i++) {
        int is_sent = 0;
        const int code = MPI_Test(&all->outgoing[i].request, &is_sent, MPI_STATUS_IGNORE);
        if (is_sent || code != MPI_SUCCESS) { // to one that is gone: nobody waits for it
            free(all->outgoing[i].data);
        } else {
            all->outgoing[kept++] = all->outgoing[i];
        }
    }
    all->n_outgoing = kept;
    return kept == 0;
}

/// Begins to receive a message; false when there is none.
static bool begin_to_receive(ranks *all)
{
    int is_there = 0;
    int size = 0;
    MPI_Message handle = MPI_MESSAGE_NULL;
    MPI_Status status;
    if (all->n_incoming == all->incoming_capacity) {
        const size_t capacity = 2 * all->incoming_capacity + 16;
        incoming *larger = realloc(all->incoming, capacity * sizeof *larger);
        if (larger == NULL) { // it stays where it is
            return false;
        }
        all->incoming = larger;
        all->incoming_capacity = capacity;
    }
    if (MPI_Improbe(MPI_ANY_SOURCE, TAG, MPI_COMM_WORLD, &is_there, &handle, &status) !=
            MPI_SUCCESS ||
        !is_there || MPI_Get_count(&status, MPI_BYTE, &size) != MPI_SUCCESS) {
        return false;
    }
    unsigned char *data = malloc((size_t)size + 1);
    incoming *begun = &all->incoming[all->n_incoming];
    *begun = (incoming){
        .request = MPI_REQUEST_NULL,
        // an empty message is refused as damaged
        .message = {.data = data, .size = data == NULL ? 0 : (size_t)size},
        .from = status.MPI_SOURCE,
    };
    if (MPI_Imrecv(data, (int)begun->message.size, MPI_BYTE, &handle, &begun->request) !=
        MPI_SUCCESS) {
        free(data);
        return false;
    }
    all->n_incoming++;
    return true;
}

static bool is_first_of_sender(const ranks *all, size_t position)
{
    size_t i = 0;
    while (all->incoming[i].from != all->incoming[position].from) {
        i++;
    }
    return i == position;
}

/// Takes a message that is there as a whole.
static bool take_received(ranks *all, int32_t *from, bytes_writer *message)
{
    for (size_t i = 0; i < all->n_incoming; i++) {
        int is_there = 0;
        incoming *at = &all->incoming[i];
        if (is_first_of_sender(all, i) &&
            MPI_Test(&at->request, &is_there, MPI_STATUS_IGNORE) == MPI_SUCCESS && is_there) {
            *message = at->message;
            *from = at->from;
            all->n_incoming--;
            memmove(at, at + 1, (all->n_incoming - i) * sizeof *at);
            return true;
        }
    }
    return false;
}

bool ranks_receive(ranks *all, int32_t *from, bytes_writer *message)
{
    *message = (bytes_writer){0};
    ranks_have_sent(all);
    const bool is_begun = begin_to_receive(all);
    bool is_taken = take_received(all, from, message);
    // a large one needs a moment, but whoever dies over it leaves it on its way for ever
    for (int i = 0; i < 50 && is_begun && !is_taken; i++) {
        ranks_pause(0.1 * pause_seconds);
        is_taken = take_received(all, from, message);
    }
    return is_taken;
}

/// Sends rank 0's code to all that are there, with whether all are.
static int share_code(ranks *all, int code, bool *is_one_lost)
{
    bytes_writer message = {0};
    int32_t from = 0;
    *is_one_lost = false;
    for (int32_t i = 0; i < all->count; i++) {
        *is_one_lost = *is_one_lost || all->is_lost[i];
    }
    for (int32_t i = 1; all->rank == 0 && i < all->count; i++) {
        bytes_put_number(&message, END);
        bytes_put_number(&message, (uint64_t)code);
        bytes_put_number(&message, *is_one_lost);
        if (all->is_lost[i]) {
            message.size = 0;
        } else {
            ranks_send(all, i, &message, NULL);
        }
    }
    bool is_waiting = all->rank > 0;
    while (is_waiting) {
        if (!ranks_receive(all, &from, &message)) {
            ranks_pause(10 * pause_seconds);
            continue;
        }
        // to one that ended by itself an answer may still come before
        bytes_reader reader = {message.data, message.size, RILL_OK};
        if (bytes_get_bounded(&reader, END) == END) {
            code = (int)bytes_get_bounded(&reader, 255);
            *is_one_lost = bytes_get_number(&reader) != 0;
            is_waiting = false;
        }
        free(message.data);
        message = (bytes_writer){0};
    }
    free(message.data);
    return code;
}

int ranks_end(ranks *all, int code)
{
    int is_begun = 0;
    bool is_one_lost = false;
    MPI_Initialized(&is_begun);
    if (!is_begun) {
        return code;
    }
    if (all->count > 1) {
        // a launcher ends the others as soon as the first has gone with a code that is not 0
        signal(SIGTERM, SIG_IGN);
        signal(SIGINT, SIG_IGN);
        code = share_code(all, code, &is_one_lost);
        for (int i = 0; i < 2000 && !ranks_have_sent(all); i++) {
            ranks_pause(pause_seconds);
        }
    }
    if (is_one_lost) { // MPI_Finalize would wait for it
        fflush(NULL);
        ranks_pause(0.1);
        _exit(code);
    }
    MPI_Finalize();
    free(all->outgoing);
    free(all->incoming);
    free(all->is_lost);
    return code;
}

#endif
