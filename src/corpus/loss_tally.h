// What a representation could not keep of the pieces of a collection, summed by kind.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::corpus {

class LossTally {
 public:
  void add_piece(std::span<const representation::Loss> losses);
  /// "1,234 notes of drums left out, in 56 pieces": by the number of pieces, most first.
  std::vector<std::string> sentences() const;

 private:
  struct Sum {
    std::uint64_t count = 0, pieces = 0;
  };
  std::map<std::pair<std::string, std::string>, Sum> sums_;  ///< by noun and what happened
};

}  // namespace continuo::corpus
