// Arbitrary text as the options of composing in JSON: refused with an Error that sets nothing, or set; what is set is
// written and set again alike.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "continuo/base/error.h"
#include "continuo/generation/options.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace continuo;
  generation::ComposeOptions options;
  const std::string before = options_to_json(generation::options_of(options));
  try {
    options_from_json({reinterpret_cast<const char*>(data), size}, generation::options_of(options));
  } catch (const Error&) {
    if (options_to_json(generation::options_of(options)) != before) std::abort();
    return 0;
  }
  const std::string text = options_to_json(generation::options_of(options));
  generation::ComposeOptions again;
  options_from_json(text, generation::options_of(again));
  if (options_to_json(generation::options_of(again)) != text) std::abort();
  return 0;
}
