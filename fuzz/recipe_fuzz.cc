// Arbitrary text as a recipe: refused with an Error, or read; what was read is written and read again alike.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "continuo/base/error.h"
#include "continuo/training/recipe.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace continuo;
  try {
    const training::Recipe recipe = training::parse_recipe(std::string(data, data + size), "fuzz");
    const std::string text = training::to_toml(recipe);
    try {
      if (training::to_toml(training::parse_recipe(text)) != text) std::abort();
    } catch (const Error&) {
      std::abort();  // a recipe that was accepted is written as one that is accepted
    }
  } catch (const Error& error) {
    if (std::string(error.what()).empty()) std::abort();
  }
  return 0;
}
