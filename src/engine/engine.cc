// The registry of networks.
#include "continuo/engine/engine.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/parallel.h"
#include "engine/networks.h"

namespace continuo::engine {
namespace {

struct Entry {
  std::string_view name;
  std::shared_ptr<const Model> (*create)(const weights::ModelFile& file, const Options& options);
};

constexpr Entry kNetworks[] = {
    {"wavenet", create_wavenet},           {"lstm", create_lstm},           {"gru", create_gru},
    {"wavenet-lstm", create_wavenet_lstm}, {"guide-cnn", create_guide_cnn}, {"markov", create_markov},
};

constexpr std::pair<std::string_view, InstructionSet> kInstructionSets[] = {
    {"best", InstructionSet::kBest},        {"scalar", InstructionSet::kScalar}, {"avx2", InstructionSet::kAvx2},
    {"avx-vnni", InstructionSet::kAvxVnni}, {"avx512", InstructionSet::kAvx512}, {"neon", InstructionSet::kNeon},
    {"neon-dot", InstructionSet::kNeonDot}, {"amx", InstructionSet::kAmx},
};

/// Whether a step has parts that a second thread can do meanwhile: the skip products of a WaveNet.
bool splits(const weights::NetworkSpec& spec) {
  const auto* wavenet = std::get_if<weights::WaveNetSpec>(&spec.network);
  if (const auto* joined = std::get_if<weights::WaveNetLstmSpec>(&spec.network)) wavenet = &joined->wavenet;
  return wavenet != nullptr && wavenet->block == weights::Block::kStandard;
}

Options resolved(const Options& options, const weights::ModelFile& file) {
  Options result = options;
  const std::vector<InstructionSet> available = available_instruction_sets();
  if (options.instruction_set == InstructionSet::kBest) {
    result.instruction_set = available.back();
  } else if (std::find(available.begin(), available.end(), options.instruction_set) == available.end()) {
    std::string names;
    for (const InstructionSet set : available) names += (names.empty() ? "" : ", ") + std::string(name(set));
    throw Error(
        {.message = "this machine does not run the instruction set " + std::string(name(options.instruction_set)),
         .hint = "It has: " + names + ".",
         .code = ErrorCode::kUnsupported});
  }
  if (!options.precision) result.precision = file.precision();
  result.threads = splits(file.network()) ? std::clamp(options.threads, 1, std::min(available_cores(), 2)) : 1;
  return result;
}

}  // namespace

std::string_view name(InstructionSet set) noexcept {
  for (const auto& [text, known] : kInstructionSets)
    if (known == set) return text;
  return {};
}

std::optional<InstructionSet> instruction_set_from(std::string_view name) noexcept {
  for (const auto& [text, known] : kInstructionSets)
    if (text == name) return known;
  return std::nullopt;
}

std::unique_ptr<Snapshot> Model::new_snapshot() const {
  return std::unique_ptr<Snapshot>(new Snapshot(shared_from_this(), snapshot_bytes()));
}

std::shared_ptr<const Model> Model::create(const weights::ModelFile& file, const Options& options) {
  const std::string name = file.network().name();
  for (const Entry& entry : kNetworks)
    if (entry.name == name) {
      const Options chosen = resolved(options, file);
      if (chosen.precision == file.precision()) return entry.create(file, chosen);
      return entry.create(file.converted(*chosen.precision), chosen);
    }
  throw Error({.message = "the engine does not know the network " + name,
               .hint = "The model may come from a newer version of Continuo.",
               .code = ErrorCode::kUnsupported});
}

}  // namespace continuo::engine
