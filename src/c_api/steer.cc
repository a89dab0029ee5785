// Steering of continuo.h.
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "c_api/handles.h"
#include "continuo/generation/sampling_settings.h"
#include "continuo/midi/midi.h"
#include "continuo/steering/steer.h"

struct continuo_results {
  struct One {
    std::vector<std::uint8_t> midi;
    std::string facts;
  };
  std::vector<One> all;
};

namespace {

using continuo::Error;
using continuo::ErrorCode;
using continuo::Interrupted;
using continuo::c_api::guarded;
using continuo::c_api::required;
using continuo::steering::Request;
using continuo::steering::Result;

std::string facts_of(const Result& result) {
  nlohmann::ordered_json json = {{"bits", result.bits},
                                 {"joint_bits", result.joint_bits},
                                 {"plain_joint_bits", result.plain_joint_bits},
                                 {"effective_size", result.effective_size},
                                 {"least_effective_size", result.least_effective_size},
                                 {"log2_evidence", result.log2_evidence},
                                 {"warnings", result.warnings}};
  if (result.true_joint_bits) json["true_joint_bits"] = *result.true_joint_bits;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

continuo_results* results_of(const std::vector<Result>& results) {
  auto held = std::make_unique<continuo_results>();
  for (const Result& result : results) held->all.push_back({continuo::midi::write(result.score), facts_of(result)});
  return held.release();
}

const continuo_results::One& result_at(const continuo_results* results, std::size_t index) {
  const auto& all = required(results, "the results")->all;
  if (index >= all.size()) throw Error({.message = "there is no such result", .code = ErrorCode::kInvalidArgument});
  return all[index];
}

}  // namespace

extern "C" {

continuo_results* continuo_steer(const continuo_model* model, const char* request, const void* midi, size_t midi_size,
                                 continuo_progress progress, void* user) {
  return guarded([&]() -> continuo_results* {
    const continuo_model& own = *required(model, "the model");
    Request asked;
    asked.sampling = continuo::generation::sampling_of(own.metadata);  // the request comes after it
    continuo::steering::from_json(required(request, "the request"), asked);
    if (midi != nullptr) {
      const auto* const begin = static_cast<const std::uint8_t*>(midi);
      asked.given = continuo::midi::read({begin, midi_size}).score;
    }
    continuo::steering::Steering run(continuo::loaded::LoadedModel::of(own.model, own.metadata, own.known),
                                     std::move(asked));
    while (run.next())
      if (progress != nullptr && progress(run.share(), user) != 0) throw Interrupted("stopped by the caller");
    return results_of(run.results());
  });
}

void continuo_results_free(continuo_results* results) { delete results; }

size_t continuo_results_count(const continuo_results* results) { return results == nullptr ? 0 : results->all.size(); }

size_t continuo_results_midi(const continuo_results* results, size_t index, void* bytes, size_t capacity) {
  return guarded([&] {
    const auto& midi = result_at(results, index).midi;
    if (bytes != nullptr) std::memcpy(bytes, midi.data(), std::min(capacity, midi.size()));
    return midi.size();
  });
}

const char* continuo_results_facts(const continuo_results* results, size_t index) {
  return guarded([&] { return result_at(results, index).facts.c_str(); }, "");
}
}
