// Arbitrary bytes as a MIDI file: refused with an Error, or read into a normal form that is written and read back
// alike.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "continuo/base/error.h"
#include "continuo/midi/midi.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace continuo;
  midi::ReadResult result;
  try {
    result = midi::read({data, size}, {.max_warnings = 8});
  } catch (const Error& error) {
    if (!error.info().offset || *error.info().offset > size) std::abort();
    return 0;
  }
  if (result.warnings.size() != (result.warning_count < 8 ? result.warning_count : 8)) std::abort();
  for (const midi::Warning& warning : result.warnings) {
    if (warning.offset > size || warning.text.empty()) std::abort();
  }
  Score normal = result.score;
  normalise(normal);
  if (normal != result.score) std::abort();
  for (const bool running_status : {true, false}) {
    const auto again = midi::read(midi::write(result.score, {.running_status = running_status}));
    if (again.score != result.score || again.warning_count != 0) std::abort();
  }
  const auto single = midi::read(midi::write(result.score, {.format = 0}));
  if (note_count(single.score) != note_count(result.score) || single.warning_count != 0) std::abort();
  try {
    (void)midi::write(result.score, {.smpte = midi::WriteOptions::Smpte{}});
  } catch (const Error&) {  // slow music can last longer than frames can count
  }
  return 0;
}
