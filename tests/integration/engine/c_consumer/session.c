/* session MODEL: composes with continuo.h, and tries what can be done with a session. Prints "SYMBOLS symbols, NOTES
 * notes". */
#include <continuo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                 \
  do {                                                                                   \
    if (!(condition)) {                                                                  \
      fprintf(stderr, "line %d: %s: %s\n", __LINE__, #condition, continuo_last_error()); \
      exit(1);                                                                           \
    }                                                                                    \
  } while (0)

static const char* const settings = "{\"bars\": 6, \"seed\": 5, \"go_on\": true}";

/* To the end; commits and takes notes every so many steps. */
static size_t run(continuo_session* session, size_t at_once, size_t* early) {
  continuo_note notes[7];
  size_t count = 0;
  int result = CONTINUO_HEARD;
  while (!continuo_finished(result)) {
    result = continuo_session_run(session, at_once);
    CHECK(result != CONTINUO_FAILED);
    if (early != NULL) continuo_session_commit(session);
    if (continuo_finished(result) && early != NULL) *early = count;
    for (size_t some; (some = continuo_session_notes(session, notes, 7)) > 0; count += some)
      for (size_t i = 0; i < some; ++i) {
        CHECK(notes[i].begin >= 0 && notes[i].end >= notes[i].begin && notes[i].ppq > 0);
        CHECK(notes[i].pitch >= 0 && notes[i].pitch < 128 && notes[i].velocity > 0);
      }
  }
  CHECK(result == CONTINUO_ENDED || result == CONTINUO_STUCK);
  CHECK(continuo_session_next(session) == result);
  return count;
}

/* A state as bytes and back, with another object of the same model, comes to the same end. The file goes on even where
 * notes are still to be taken. */
static void through_bytes(const continuo_model* model, const char* path, const char* with, const void* prompt,
                          size_t prompt_size) {
  continuo_session* straight = continuo_session_new(model, with, prompt, prompt_size);
  CHECK(straight != NULL);
  for (int i = 0; i < 4; ++i) {
    CHECK(continuo_session_run(straight, 20) != CONTINUO_FAILED);
    continuo_session_commit(straight);
  }
  continuo_note notes[2];
  continuo_session_notes(straight, notes, 2);
  continuo_state* state = continuo_session_save(straight);
  const size_t size = continuo_state_bytes(state, NULL, 0);
  CHECK(size > 200);
  unsigned char* const bytes = malloc(size);
  CHECK(continuo_state_bytes(state, bytes, size) == size);
  continuo_state_free(state);

  continuo_model* elsewhere = continuo_model_load(path);
  continuo_state* again = continuo_state_parse(elsewhere, bytes, size);
  CHECK(again != NULL);
  continuo_session* other = continuo_session_from(again);
  const size_t count = run(straight, 13, NULL);
  CHECK(count > 0 && run(other, 7, NULL) == count);
  const uint16_t *symbols = NULL, *others = NULL;
  const size_t length = continuo_session_symbols(straight, &symbols);
  CHECK(continuo_session_symbols(other, &others) == length && memcmp(symbols, others, length * sizeof(uint16_t)) == 0);

  for (size_t at = 0; at < size; at += size / 20 + 1) {
    bytes[at] ^= 1;
    CHECK(continuo_state_parse(elsewhere, bytes, size) == NULL);
    CHECK(continuo_last_error_code() == CONTINUO_ERROR_DAMAGED);
    bytes[at] ^= 1;
  }
  CHECK(continuo_state_parse(elsewhere, bytes, size - 1) == NULL && continuo_state_parse(NULL, bytes, size) == NULL);
  continuo_state_free(again);
  continuo_session_free(other);
  continuo_session_free(straight);
  continuo_model_free(elsewhere);
  free(bytes);
}

static void refused(const continuo_model* model, const char* text, int code) {
  CHECK(continuo_session_new(model, text, NULL, 0) == NULL);
  CHECK(continuo_last_error_code() == code);
  CHECK(strlen(continuo_last_error()) > 0);
}

int main(int count, char** arguments) {
  CHECK(count == 2);
  CHECK(continuo_last_error_code() == CONTINUO_ERROR_NONE);
  CHECK(continuo_model_load("no such file") == NULL);
  CHECK(continuo_last_error_code() == CONTINUO_ERROR_NOT_FOUND);
  CHECK(strcmp(continuo_last_error_path(), "no such file") == 0 && continuo_last_error_offset() == -1);
  continuo_model* model = continuo_model_load(arguments[1]);
  CHECK(model != NULL);
  refused(NULL, NULL, CONTINUO_ERROR_INVALID_ARGUMENT);
  refused(model, "{", CONTINUO_ERROR_INVALID_ARGUMENT);
  refused(model, "{\"second\": 3}", CONTINUO_ERROR_INVALID_ARGUMENT);
  CHECK(strstr(continuo_last_error(), "'second'") != NULL);
  CHECK(strcmp(continuo_last_error_about(), "second") == 0 && strcmp(continuo_last_error_path(), "") == 0);
  refused(model, "{\"seconds\": \"3\"}", CONTINUO_ERROR_INVALID_ARGUMENT);
  refused(model, "{\"seed\": -1}", CONTINUO_ERROR_INVALID_ARGUMENT);
  refused(model, "{\"key\": \"H moll\"}", CONTINUO_ERROR_INVALID_ARGUMENT);
  CHECK(continuo_session_new(model, NULL, "no MIDI", 7) == NULL);
  CHECK(continuo_session_next(NULL) == CONTINUO_FAILED && continuo_finished(CONTINUO_FAILED));

  CHECK(strstr(continuo_settings(), "\"temperature\"") != NULL);

  continuo_session* session = continuo_session_new(model, settings, NULL, 0);
  CHECK(session != NULL);
  CHECK(continuo_session_run(session, 40) == CONTINUO_SYMBOL);
  continuo_state* state = continuo_session_save(session);
  continuo_session* branch = continuo_session_from(state);
  CHECK(branch != NULL);
  const size_t notes = run(session, 13, NULL);
  const uint16_t* symbols = NULL;
  const size_t length = continuo_session_symbols(session, &symbols);
  CHECK(length > 40 && symbols != NULL && continuo_session_share(session) >= 1);
  uint16_t* const whole = malloc(length * sizeof(uint16_t));
  memcpy(whole, symbols, length * sizeof(uint16_t));

  /* A branch, and the session itself gone back, come to the same end. */
  CHECK(run(branch, 1, NULL) == notes);
  CHECK(continuo_session_symbols(branch, &symbols) == length && memcmp(symbols, whole, length * sizeof(uint16_t)) == 0);
  CHECK(continuo_session_restore(session, state) == 1);
  CHECK(continuo_session_symbols(session, NULL) < length);
  size_t early = 0;
  CHECK(run(session, 20, &early) > 0);
  CHECK(early > 0);
  continuo_state_free(state);

  /* MIDI to memory and to a file is the same. */
  const size_t size = continuo_session_midi(branch, NULL, 0);
  CHECK(size > 30);
  unsigned char* const midi = malloc(size);
  CHECK(continuo_session_midi(branch, midi, size) == size && memcmp(midi, "MThd", 4) == 0);
  CHECK(continuo_session_write_midi(branch, "session.mid") == 1);
  FILE* const file = fopen("session.mid", "rb");
  unsigned char* const read = malloc(size + 1);
  CHECK(file != NULL && fread(read, 1, size + 1, file) == size && memcmp(read, midi, size) == 0);
  fclose(file);
  CHECK(continuo_session_write_midi(branch, "session.mid/no folder.mid") == 0);
  CHECK(strstr(continuo_last_error(), "session.mid") != NULL);

  /* A prompt, which the piece begins with; a stop, after which there is what there is. */
  continuo_session* longer = continuo_session_new(model, settings, midi, size);
  CHECK(longer != NULL);
  CHECK(continuo_session_symbols(longer, NULL) > length / 2);
  continuo_session_cancel(longer);
  CHECK(continuo_session_next(longer) == CONTINUO_STOPPED);
  CHECK(continuo_session_midi(longer, NULL, 0) > 30);

  through_bytes(model, arguments[1], settings, NULL, 0);
  through_bytes(model, arguments[1], "{\"bars\": 6, \"seed\": 5, \"key\": \"D minor\", \"metre\": \"4/4\"}", midi,
                size);

  printf("%u symbols, %u notes\n", (unsigned)length, (unsigned)notes);
  free(read);
  free(midi);
  free(whole);
  continuo_session_free(longer);
  continuo_session_free(branch);
  continuo_session_free(session);
  continuo_session_free(NULL);
  continuo_model_free(model);
  return 0;
}
