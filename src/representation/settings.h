// Settings of a representation: text in a spec, checked and turned into values once.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::representation {

inline constexpr std::uint8_t kPlainVelocity = 64;  ///< of notes whose representation knows no dynamics

/// Reads the settings of one representation. Every function throws Error naming the setting and what it may be.
class SettingReader {
 public:
  /// Takes the defaults where `spec` is silent; throws for a name that is not among them.
  SettingReader(const RepresentationSpec& spec, const std::vector<Setting>& defaults);

  int integer(const std::string& name, int low, int high) const;
  double number(const std::string& name, double low, double high) const;
  /// Index into `values`.
  int choice(const std::string& name, std::initializer_list<std::string_view> values) const;
  [[noreturn]] void refuse(const std::string& name, const std::string& expected) const;

  /// Every setting with its value.
  const std::map<std::string, std::string>& all() const noexcept { return values_; }

 private:
  std::string representation_;
  std::map<std::string, std::string> values_;
};

/// Start, End and the labels: the beginning of every vocabulary. Throws Error for labels that cannot be.
std::vector<NamedSymbol> first_symbols(const RepresentationSpec& spec);

/// Throws Error when `options` asks for a label that `spec` does not have.
void check_label(const RepresentationSpec& spec, const EncodeOptions& options);

/// Start and label, as `options` asks.
void append_beginning(const EncodeOptions& options, std::vector<Symbol>& symbols);

/// "1 note", "12 notes".
std::string counted(std::size_t count, std::string_view singular);

/// `score` itself when everything in it is in order and `sustain` is false, else a copy in `storage` in normal form.
/// Throws Error for a ppq below 1.
const Score& in_order(const Score& score, bool sustain, Score& storage);

/// Adds to `losses` what of a score no note shows and the representation leaves out: key signatures, and changes of the
/// sustain pedal unless `pedal_kept`.
void add_unkept(const Score& score, bool pedal_kept, std::vector<Loss>& losses);

/// The latest onset that is encoded: far beyond any music, near enough that no sum overflows.
inline constexpr Tick kLatestTick = Tick{1} << 40;

}  // namespace continuo::representation
