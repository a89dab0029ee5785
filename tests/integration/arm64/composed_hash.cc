// composed_hash SYMBOLS MODEL...: what each model composes from a seed, by every instruction set of this machine and in
// every precision, as one hash of the symbols and of the bits of all logits.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>

#include "continuo/base/hash.h"
#include "continuo/engine/engine.h"
#include "continuo/generation/sampler.h"

namespace {

using namespace continuo;

std::string composed(const engine::Model& model, int symbols) {
  const auto stream = model.new_stream();
  generation::Sampler sampler({}, static_cast<std::size_t>(model.vocabulary_size()));
  Random random(7);
  ContentHasher hasher;
  std::uint16_t symbol = 0;
  for (int t = 0; t < symbols; ++t) {
    const auto logits = stream->step(symbol);
    symbol = sampler.choose(logits, {}, random);
    std::uint8_t bytes[2] = {static_cast<std::uint8_t>(symbol & 0xFFU), static_cast<std::uint8_t>(symbol >> 8U)};
    hasher.add(bytes);
    hasher.add({reinterpret_cast<const std::uint8_t*>(logits.data()), logits.size_bytes()});
  }
  return hasher.digits();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  try {
    for (int i = 2; i < argc; ++i) {
      const auto file = weights::ModelFile::load(argv[i]);
      for (const auto precision : {weights::Precision::kFp32, weights::Precision::kBf16, weights::Precision::kInt8})
        for (const auto set : engine::available_instruction_sets()) {
          const auto model = engine::Model::create(file, {.precision = precision, .instruction_set = set});
          std::printf("%s %s %s %s\n", std::string(engine::name(set)).c_str(),
                      std::string(weights::name(precision)).c_str(), std::filesystem::path(argv[i]).stem().c_str(),
                      composed(*model, std::atoi(argv[1])).c_str());
        }
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
