// Where dropout's random numbers come from in training: from a seed of the step, and for every sequence of the batch
// the same ones however many processes share it.
#pragma once

#include <cstdint>
#include <memory>

namespace continuo::nets {

/// While one lives, the networks that run on this thread in training mode draw what they drop from it, one after the
/// other, instead of from libtorch's own generator.
class DropoutDraws {
 public:
  explicit DropoutDraws(std::uint64_t seed);
  ~DropoutDraws();
  DropoutDraws(const DropoutDraws&) = delete;
  DropoutDraws& operator=(const DropoutDraws&) = delete;

  /// What the networks are given next are the sequences from `row` on, `rows` of them, of a batch of `all`: they get
  /// what these sequences get where the batch is whole. Until then every batch is taken for a whole one.
  void take_part(std::int64_t row, std::int64_t rows, std::int64_t all);

  struct Source;

 private:
  std::unique_ptr<Source> source_;
  Source* before_;
};

}  // namespace continuo::nets
