/* Continuo for C, and for every language that can call C: load a model, compose a piece step by step, take its notes as
 * they settle, write it as MIDI. Below that, the engine: feed symbols, read logits, choose the next.
 *
 *   continuo_model* model = continuo_model_load("best.safetensors");
 *   continuo_session* session = continuo_session_new(model, "{\"seconds\": 30, \"seed\": 3}", NULL, 0);
 *   while (!continuo_finished(continuo_session_next(session))) { }
 *   continuo_session_write_midi(session, "piece.mid");
 *
 * No exception leaves these functions. Those that can fail return NULL, or what they say, and leave words in
 * continuo_last_error() and a code in continuo_last_error_code(). A NULL handle is refused in the same way by functions
 * that can fail and ignored by the others; freeing NULL is nothing. Link with continuo::c or -lcontinuo.
 * docs/embedding.md has whole programs. */
#ifndef CONTINUO_H
#define CONTINUO_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CONTINUO_API __attribute__((visibility("default")))
#else
#define CONTINUO_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct continuo_model continuo_model;     /* immutable; any number of threads may use one */
typedef struct continuo_stream continuo_stream;   /* one sequence; one thread at a time */
typedef struct continuo_sampler continuo_sampler; /* one thread at a time */
typedef struct continuo_session continuo_session; /* one piece being composed; one thread at a time, but for cancel */
typedef struct continuo_results continuo_results; /* what continuo_steer wrote; immutable */
typedef int (*continuo_progress)(double share, void* user);
typedef struct continuo_state continuo_state; /* where a session was; immutable */

/* "0.1.0" */
CONTINUO_API const char* continuo_version(void);

/* What the last failed call of this thread says: the file, what is wrong, a hint. "" when none has failed. Valid until
 * this thread's next failing call. */
CONTINUO_API const char* continuo_last_error(void);
/* The kind of that error, for programs; CONTINUO_ERROR_NONE when none has failed. Numbers are fixed, new ones are
 * appended. */
enum {
  CONTINUO_ERROR_NONE = -1,
  CONTINUO_ERROR_UNSPECIFIED = 0,
  CONTINUO_ERROR_INVALID_ARGUMENT = 1,
  CONTINUO_ERROR_NOT_FOUND = 2,
  CONTINUO_ERROR_DAMAGED = 3,
  CONTINUO_ERROR_UNSUPPORTED = 4,
  CONTINUO_ERROR_INTERRUPTED = 5,
  CONTINUO_ERROR_WOULD_OVERWRITE = 6,
  CONTINUO_ERROR_OUT_OF_SPACE = 7,
  CONTINUO_ERROR_ACCESS_DENIED = 8,
  CONTINUO_ERROR_BUSY = 9,
  CONTINUO_ERROR_SYSTEM = 10,
  CONTINUO_ERROR_MISMATCH = 11,
  CONTINUO_ERROR_EMPTY = 12,
  CONTINUO_ERROR_DIVERGED = 13
};
CONTINUO_API int continuo_last_error_code(void);
/* What that error concerns. Strings are valid as long as continuo_last_error()'s. */
CONTINUO_API const char* continuo_last_error_path(void);  /* the file; "": none */
CONTINUO_API int64_t continuo_last_error_offset(void);    /* the byte in that file where it was found; -1: none */
CONTINUO_API const char* continuo_last_error_about(void); /* the option, label or tensor; "": none */

/* --- Models ------------------------------------------------------------------------------------------------------ */

/* Reads and checks a whole model file. NULL: no such file, no model, damaged, of an unknown network. */
CONTINUO_API continuo_model* continuo_model_load(const char* path);
/* The same with a say in how it runs. `precision`: "fp32", "bf16", "int8", or NULL for the file's own.
 * `instruction_set`: "scalar", "avx2", "avx-vnni", "avx512", "amx", "neon", "neon-dot", or NULL for the fastest that
 * this machine has. `threads`: for each step, 1 or 2; a second one serves WaveNets where there is a core for it, and
 * spins while there are steps. NULL also for a word that is none, or an instruction set that this machine lacks. */
CONTINUO_API continuo_model* continuo_model_load_with(const char* path, const char* precision,
                                                      const char* instruction_set, int threads);
/* As continuo_model_load, from `size` bytes in memory, which may go afterwards. */
CONTINUO_API continuo_model* continuo_model_parse(const void* bytes, size_t size);
/* The same, with the `filter_size` bytes of its filter of passages (MODEL.passage-filter), which pieces must not
 * repeat; continuo_model_load finds it beside the model by itself. NULL and 0: none. */
CONTINUO_API continuo_model* continuo_model_parse_with(const void* bytes, size_t size, const void* filter,
                                                       size_t filter_size, const char* precision,
                                                       const char* instruction_set, int threads);
/* Streams and sessions keep what they need of it: a model may be freed before them. */
CONTINUO_API void continuo_model_free(continuo_model* model);

/* Symbols are 0 to this number - 1, and there are so many logits; or values of a frame. 0 for NULL. */
CONTINUO_API size_t continuo_model_vocabulary_size(const continuo_model* model);
/* Symbols that may go in, or values of a frame that does: as many, but for networks that read more than they predict.
 * 0 for NULL. */
CONTINUO_API size_t continuo_model_input_size(const continuo_model* model);
/* "categorical": symbols in, logits of the next symbol out; "real" or "binary": frames. "" for NULL. */
CONTINUO_API const char* continuo_model_output(const continuo_model* model);
/* What really runs, in the words of continuo_model_load_with. "" for NULL. */
CONTINUO_API const char* continuo_model_precision(const continuo_model* model);
CONTINUO_API const char* continuo_model_instruction_set(const continuo_model* model);
/* Labels for conditioning are 1 to this number - 1, 0 is 'unknown'; 0: the model has none. */
CONTINUO_API int continuo_model_labels(const continuo_model* model);
/* Symbols on which a prediction depends; 0: all since the start. */
CONTINUO_API size_t continuo_model_receptive_field(const continuo_model* model);
/* A text of the file by its key ("continuo.representation"), valid as long as the model; "" when it has none. */
CONTINUO_API const char* continuo_model_metadata(const continuo_model* model, const char* key);

/* --- Streams ----------------------------------------------------------------------------------------------------- */

/* A sequence before its first symbol. */
CONTINUO_API continuo_stream* continuo_stream_new(const continuo_model* model);
CONTINUO_API void continuo_stream_free(continuo_stream* stream);

/* Consumes a symbol and gives the logits [vocabulary size] of the next one, valid until the next call with this stream.
 * Never fails and allocates nothing. A symbol beyond the vocabulary is taken as symbol 0. */
CONTINUO_API const float* continuo_stream_step(continuo_stream* stream, uint16_t symbol);
/* For networks over frames: consumes [input size] values and gives [vocabulary size], the next frame itself, the logits
 * of its values being 1 or those of the next symbol. A network over symbols takes the frame as the symbol of its
 * greatest value. */
CONTINUO_API const float* continuo_stream_step_frame(continuo_stream* stream, const float* frame);
/* All of `symbols` in turn; the logits after the last of them, or those that stood when there are none. */
CONTINUO_API const float* continuo_stream_prime(continuo_stream* stream, const uint16_t* symbols, size_t count);
/* The logits once more; NULL before the first symbol. */
CONTINUO_API const float* continuo_stream_logits(const continuo_stream* stream);
/* Back to before the first symbol. The label stays. */
CONTINUO_API void continuo_stream_reset(continuo_stream* stream);
/* Conditioning from the next step on; labels beyond the model's are taken as 0. */
CONTINUO_API void continuo_stream_set_label(continuo_stream* stream, int label);

/* --- Composing --------------------------------------------------------------------------------------------------- */

/* A piece of a model of scores. `settings`: a JSON object, or NULL for all defaults: "seconds" (120 where no length is
 * given), "bars", "symbols", "seed", "temperature", "top_p", "style" and more, as continuo_settings() lists them.
 * `prompt`: NULL, or the `prompt_size` bytes of a MIDI file that the piece goes on from. NULL: a bad setting or prompt,
 * or a model that composes no scores. The same model and settings give the same piece. */
CONTINUO_API continuo_session* continuo_session_new(const continuo_model* model, const char* settings,
                                                    const void* prompt, size_t prompt_size);
/* All settings as a JSON array, valid for ever: of each its name, kind, explanation, limits or choices, and default. ""
 * when memory is out. */
CONTINUO_API const char* continuo_settings(void);
CONTINUO_API void continuo_session_free(continuo_session* session);

enum {
  CONTINUO_FAILED = -1,     /* see continuo_last_error() */
  CONTINUO_SYMBOL = 0,      /* a symbol was chosen */
  CONTINUO_HEARD = 1,       /* the network heard a symbol that was there already */
  CONTINUO_BACKTRACKED = 2, /* nothing could come next: there are fewer symbols now */
  CONTINUO_ENDED = 3,       /* finished */
  CONTINUO_STUCK = 4,       /* finished early: nothing may come next */
  CONTINUO_STOPPED = 5      /* continuo_session_cancel was called; nothing has happened */
};
/* One step, in bounded time: one of the above. After the end it gives the same again. */
CONTINUO_API int continuo_session_next(continuo_session* session);
/* Up to `steps` steps, fewer where one ends the piece or fails; what the last one gave. */
CONTINUO_API int continuo_session_run(continuo_session* session, size_t steps);
/* Whether there is nothing more to do: 1 for FAILED, ENDED, STUCK and STOPPED. */
CONTINUO_API int continuo_finished(int result);
/* The next step, and every later one, gives CONTINUO_STOPPED. From any thread, also while another one composes. */
CONTINUO_API void continuo_session_cancel(continuo_session* session);

/* The share of the asked length that is done; above 1 beyond it, 0 for NULL. */
CONTINUO_API double continuo_session_share(const continuo_session* session);
/* The number of symbols so far; with `symbols` not NULL, also where they are, until the next step. 0 for NULL. */
CONTINUO_API size_t continuo_session_symbols(const continuo_session* session, const uint16_t** symbols);
/* For what is played while it is composed: no later step goes back before what is there now. */
CONTINUO_API void continuo_session_commit(continuo_session* session);

typedef struct continuo_note {
  double begin, end;     /* seconds from the beginning of the piece */
  int64_t onset, length; /* ticks of 1/ppq of a quarter note */
  int32_t ppq;
  int32_t pitch, velocity; /* MIDI key, 1 to 127 */
  int32_t program;         /* General MIDI, 0 to 127; 0 for drums */
  int32_t drums;           /* 1: percussion */
} continuo_note;
/* Writes up to `capacity` notes that have settled and were not written before, in the order of their ends, and says how
 * many; call again while it fills all. A note is settled when no later step can change it: it is among the committed
 * symbols, and another one has begun after its end, or the piece is finished. 0 also for a failure. */
CONTINUO_API size_t continuo_session_notes(continuo_session* session, continuo_note* notes, size_t capacity);

/* The piece so far, up to the latest place where it might end, as the bytes of a MIDI file: says how many there are and
 * writes the first `capacity` of them to `bytes`, which may be NULL with 0. 0: a failure. */
CONTINUO_API size_t continuo_session_midi(const continuo_session* session, void* bytes, size_t capacity);
/* The same to a file, whole or not at all. 1, or 0 for a failure. */
CONTINUO_API int continuo_session_write_midi(const continuo_session* session, const char* path);

/* Where the session is: to go back to as often as wanted, also after the session was freed. NULL: a failure. */
CONTINUO_API continuo_state* continuo_session_save(const continuo_session* session);
CONTINUO_API void continuo_state_free(continuo_state* state);
/* Back to where it was. 1, or 0 for a failure. */
CONTINUO_API int continuo_session_restore(continuo_session* session, const continuo_state* state);
/* Another session from there, which goes on by itself. */
CONTINUO_API continuo_session* continuo_session_from(const continuo_state* state);

/* The state as bytes, for a file or another process: says how many there are and writes the first `capacity` of them
 * to `bytes`, which may be NULL with 0. Settings and prompt are among them, the model is not. 0: a failure. */
CONTINUO_API size_t continuo_state_bytes(const continuo_state* state, void* bytes, size_t capacity);
/* A state from such bytes, with the model with which the session was begun: what goes on from it goes on as the session
 * would have, bit for bit. It composes what there was once more, which takes as long as it took. NULL: damaged bytes,
 * another model or version. */
CONTINUO_API continuo_state* continuo_state_parse(const continuo_model* model, const void* bytes, size_t size);

/* --- Writing around what is given -------------------------------------------------------------------------------- */

/* New music around the `midi_size` bytes of a MIDI file (NULL: without one), as `request` says, a JSON object
 * (docs/steering.md): {"free": [{"bars": [5, 8]}], "wishes": {"key": "D minor"}, "seed": 1, "particles": 16, "count":
 * 2}. Returns when it is done. `progress`, if not NULL, is called at bar lines with the share that is done, from 0 to
 * 1, and `user`; any other answer than 0 stops the work. NULL: a failure, or stopped. The same model, request and file
 * give the same results. */
CONTINUO_API continuo_results* continuo_steer(const continuo_model* model, const char* request, const void* midi,
                                              size_t midi_size, continuo_progress progress, void* user);
CONTINUO_API void continuo_results_free(continuo_results* results);
/* 0 for NULL. */
CONTINUO_API size_t continuo_results_count(const continuo_results* results);
/* A result, given and new music together, as the bytes of a MIDI file: says how many there are and writes the first
 * `capacity` of them to `bytes`, which may be NULL with 0. 0: a failure. */
CONTINUO_API size_t continuo_results_midi(const continuo_results* results, size_t index, void* bytes, size_t capacity);
/* How well the wishes fitted, as a JSON object: "bits", "joint_bits", "effective_size" ... Valid until the results are
 * freed. "": a failure. */
CONTINUO_API const char* continuo_results_facts(const continuo_results* results, size_t index);

/* --- Choosing ---------------------------------------------------------------------------------------------------- */

/* The most probable symbol, the lowest of equals; 0 when there is none. */
CONTINUO_API uint16_t continuo_argmax(const float* logits, size_t count);

/* Draws symbols: logits divided by `temperature` (above 0), of the `top_k` most probable (0: all) the smallest set with
 * the probability `top_p` (above 0, at most 1). The same seed gives the same choices. */
CONTINUO_API continuo_sampler* continuo_sampler_new(size_t vocabulary_size, double temperature, int top_k, double top_p,
                                                    uint64_t seed);
CONTINUO_API void continuo_sampler_free(continuo_sampler* sampler);
/* `logits` [vocabulary size]; `mask` is NULL or [vocabulary size], where 0 forbids. 0 when nothing is allowed. */
CONTINUO_API uint16_t continuo_sampler_choose(continuo_sampler* sampler, const float* logits, const uint8_t* mask);

#ifdef __cplusplus
}
#endif

#endif
