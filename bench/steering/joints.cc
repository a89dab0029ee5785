// steering_joints MODEL DATA [PIECES [SECONDS]]: gaps of 1, 2, 4 and 8 bars in pieces of the held-out part of DATA, a
// dataset file or the folder that the model was trained on. Prints what the two given bars behind each gap cost, in
// bits: behind what stood there, behind N particles, and behind a plain continuation.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/generation/sampling_settings.h"
#include "continuo/steering/steer.h"
#include "continuo/workbench/held_out.h"

namespace {

using namespace continuo;

struct Sums {
  double stood = 0, plain = 0;
  std::vector<double> ours, seconds, effective;
  int gaps = 0;
};

constexpr std::size_t kParticles[] = {1, 16, 64};
constexpr int kGaps[] = {1, 2, 4, 8};
constexpr int kBefore = 4, kBehind = 2;

bool measure(const loaded::LoadedModel& model, const generation::SamplingOptions& sampling, const Score& score, int gap,
             std::uint64_t seed, Sums& sums) {
  const int bars = steering::bars_of(score);
  if (bars < kBefore + gap + kBehind + 1) return false;
  Random random(seed, static_cast<std::uint64_t>(gap));
  const int first =
      kBefore + 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(bars - kBefore - gap - kBehind)));
  std::vector<double> ours, seconds, effective;
  double stood = 0, plain = 0;
  for (const std::size_t particles : kParticles) {
    steering::Request request{.given = score, .outline = steering::gap(first, first + gap - 1)};
    request.wishes.allow_copies = request.wishes.allow_loops = true;
    request.sampling = sampling;
    request.particles = particles;
    request.seed = seed;
    request.horizon = kBehind;
    const auto begun = std::chrono::steady_clock::now();
    const auto result = steering::steer(model, request).at(0);
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
    if (!result.true_joint_bits || *result.true_joint_bits <= 0) return false;
    stood = *result.true_joint_bits;
    plain = result.plain_joint_bits;
    ours.push_back(result.joint_bits);
    effective.push_back(result.effective_size);
  }
  sums.stood += stood;
  sums.plain += plain;
  ++sums.gaps;
  sums.ours.resize(ours.size());
  sums.seconds.resize(ours.size());
  sums.effective.resize(ours.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    sums.ours[i] += ours[i];
    sums.seconds[i] += seconds[i];
    sums.effective[i] += effective[i];
  }
  return true;
}

void print(int gap, const Sums& sums) {
  std::printf("gap %d: %d pieces; as it stood %.1f bits; plain %.3f of that", gap, sums.gaps, sums.stood / sums.gaps,
              sums.plain / sums.stood);
  for (std::size_t i = 0; i < sums.ours.size(); ++i)
    std::printf("; N=%zu %.3f (%.2f s, %.1f count)", kParticles[i], sums.ours[i] / sums.stood,
                sums.seconds[i] / sums.gaps, sums.effective[i] / sums.gaps);
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  try {
    const auto file = weights::ModelFile::load(argv[1]);
    const auto model = loaded::LoadedModel::from(file, argv[1]);
    const auto sampling = generation::sampling_of(file);
    const int pieces = argc > 3 ? std::atoi(argv[3]) : 100;
    const double limit = argc > 4 ? std::atof(argv[4]) : 1e9;
    const auto dataset = workbench::data_of(file, argv[2], {}, {});
    const auto sequences = workbench::held_out(dataset, 0);
    const auto begun = std::chrono::steady_clock::now();
    Sums sums[std::size(kGaps)];
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
      if (sums[0].gaps >= pieces || spent > limit) break;
      const Score score = model.representation->decode(sequences[i].symbols.to_vector()).score;
      for (std::size_t g = 0; g < std::size(kGaps); ++g) {
        try {
          measure(model, sampling, score, kGaps[g], i, sums[g]);
        } catch (const std::exception& error) {
          std::fprintf(stderr, "piece %zu, gap %d: %s\n", i, kGaps[g], error.what());
        }
      }
      if (i % 10 == 9)
        for (std::size_t g = 0; g < std::size(kGaps); ++g) print(kGaps[g], sums[g]);
    }
    for (std::size_t g = 0; g < std::size(kGaps); ++g) print(kGaps[g], sums[g]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
