// Precision and recall of the groups.
#include "continuo/corpus/duplicate_check.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>
#include <set>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/parallel.h"
#include "continuo/corpus/manifest.h"
#include "continuo/midi/midi.h"

namespace continuo::corpus {
namespace {

/// Groups of everything when `copies[k]` is planted for the piece `originals[k]`, compared with the groups without.
DuplicateFigures compare(std::vector<Fingerprint> prints, const std::vector<std::size_t>& originals,
                         const std::vector<Fingerprint>& copies, const std::vector<int>& groups_without,
                         double similarity) {
  const std::size_t pieces = prints.size();
  prints.insert(prints.end(), copies.begin(), copies.end());
  const std::vector<int> groups = group_duplicates(prints, similarity);
  std::map<int, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < pieces; ++i) members[groups[i]].push_back(i);
  DuplicateFigures figures{.expected = copies.size()};
  for (std::size_t k = 0; k < copies.size(); ++k) {
    const std::size_t original = originals[k];
    const int group = groups[pieces + k];
    figures.right += groups[original] == group;
    for (const std::size_t member : members[group])
      figures.found += member == original || groups_without[member] != groups_without[original];
  }
  return figures;
}

}  // namespace

std::vector<DuplicateFigures> check_planted(const Collection& collection, const PlantedOptions& options,
                                            const ProgressSink& progress, std::stop_token stop) {
  const std::size_t pieces = collection.pieces.size();
  std::vector<std::size_t> originals(pieces);
  std::iota(originals.begin(), originals.end(), std::size_t{0});
  Random(options.seed, 2).shuffle(std::span(originals));
  originals.resize(std::min(pieces, options.copies));
  std::vector<std::size_t> place(pieces, originals.size());  // of a piece among the originals
  for (std::size_t k = 0; k < originals.size(); ++k) place[originals[k]] = k;

  std::vector<Fingerprint> prints(pieces);
  std::vector<std::vector<Fingerprint>> copies(kAlterations, std::vector<Fingerprint>(originals.size()));
  std::mutex report_mutex;
  std::uint64_t done = 0;
  parallel_for(
      pieces, 0,
      [&](std::size_t i) {
        const Score score = midi::read(read_file(collection.pieces[i].path, kMaxFileBytes)).score;
        prints[i] = fingerprint(score);
        for (std::size_t kind = 0; kind < kAlterations && place[i] < originals.size(); ++kind) {
          Random random(options.seed, 16 * i + kind);
          copies[kind][place[i]] = fingerprint(altered(score, static_cast<Alteration>(kind), random));
        }
        const std::scoped_lock lock(report_mutex);
        ++done;
        if (progress) progress({.task = "Planting copies", .done = done, .total = pieces, .unit = "pieces"});
      },
      stop);

  const std::vector<int> without = group_duplicates(prints, options.similarity);
  std::vector<DuplicateFigures> figures(kAlterations);
  for (std::size_t kind = 0; kind < kAlterations; ++kind) {
    if (stop.stop_requested()) throw Interrupted("interrupted");
    figures[kind] = compare(prints, originals, copies[kind], without, options.similarity);
    if (progress) progress({.task = "Finding copies", .done = kind + 1, .total = kAlterations, .unit = "alterations"});
  }
  return figures;
}

ColumnCheck check_column(const Collection& collection, const std::string& column) {
  const Manifest manifest(collection.folder);
  const std::size_t number = manifest.column(column);
  std::map<std::string, std::vector<std::size_t>> expected;
  std::map<int, std::vector<std::size_t>> found;
  for (std::size_t i = 0; i < collection.pieces.size(); ++i) {
    const std::string& value = manifest.value(collection.pieces[i].name, number);
    if (!value.empty()) expected[value].push_back(i);
    found[collection.pieces[i].group].push_back(i);
  }
  const auto pairs_of = [](const auto& groups) {
    std::set<std::pair<std::size_t, std::size_t>> pairs;
    for (const auto& [key, members] : groups)
      for (std::size_t a = 0; a < members.size(); ++a)
        for (std::size_t b = a + 1; b < members.size(); ++b) pairs.emplace(members[a], members[b]);
    return pairs;
  };
  const auto expected_pairs = pairs_of(expected), found_pairs = pairs_of(found);
  ColumnCheck check;
  check.figures.expected = expected_pairs.size();
  check.figures.found = found_pairs.size();
  for (const auto& pair : found_pairs) {
    if (expected_pairs.contains(pair)) {
      ++check.figures.right;
    } else {
      check.disagreements.push_back({pair.first, pair.second, true});
    }
  }
  for (const auto& pair : expected_pairs)
    if (!found_pairs.contains(pair)) check.disagreements.push_back({pair.first, pair.second, false});
  for (const auto& [group, members] : found) check.largest_group = std::max(check.largest_group, members.size());
  return check;
}

}  // namespace continuo::corpus
