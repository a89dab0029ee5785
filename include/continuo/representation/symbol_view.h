// SymbolView: symbols as they lie in memory or in a mapped file, one or two bytes each.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::representation {

/// The i-th of the symbols at `data`, of 1 or 2 bytes each.
inline Symbol symbol_at(const void* data, int bytes, std::size_t i) noexcept {
  return bytes == 1 ? Symbol{static_cast<const std::uint8_t*>(data)[i]} : static_cast<const Symbol*>(data)[i];
}

/// Random access, by value.
class SymbolIterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = Symbol;
  using difference_type = std::ptrdiff_t;
  using pointer = const Symbol*;
  using reference = Symbol;

  SymbolIterator() = default;
  SymbolIterator(const void* data, int bytes, std::size_t at) noexcept : data_(data), bytes_(bytes), at_(at) {}
  Symbol operator*() const noexcept { return symbol_at(data_, bytes_, at_); }
  Symbol operator[](difference_type n) const noexcept { return *(*this + n); }
  SymbolIterator& operator+=(difference_type n) noexcept {
    at_ = static_cast<std::size_t>(static_cast<difference_type>(at_) + n);
    return *this;
  }
  SymbolIterator& operator-=(difference_type n) noexcept { return *this += -n; }
  SymbolIterator& operator++() noexcept { return *this += 1; }
  SymbolIterator& operator--() noexcept { return *this += -1; }
  SymbolIterator operator++(int) noexcept {
    const SymbolIterator before = *this;
    ++*this;
    return before;
  }
  SymbolIterator operator--(int) noexcept {
    const SymbolIterator before = *this;
    --*this;
    return before;
  }
  friend SymbolIterator operator+(SymbolIterator it, difference_type n) noexcept { return it += n; }
  friend SymbolIterator operator+(difference_type n, SymbolIterator it) noexcept { return it += n; }
  friend SymbolIterator operator-(SymbolIterator it, difference_type n) noexcept { return it -= n; }
  friend difference_type operator-(const SymbolIterator& a, const SymbolIterator& b) noexcept {
    return static_cast<difference_type>(a.at_) - static_cast<difference_type>(b.at_);
  }
  friend bool operator==(const SymbolIterator& a, const SymbolIterator& b) noexcept { return a.at_ == b.at_; }
  friend std::strong_ordering operator<=>(const SymbolIterator& a, const SymbolIterator& b) noexcept {
    return a.at_ <=> b.at_;
  }

 private:
  const void* data_ = nullptr;
  int bytes_ = sizeof(Symbol);
  std::size_t at_ = 0;
};

/// Refers to symbols that something else owns; copying it copies no symbol. Indices are not checked.
class SymbolView {
 public:
  using value_type = Symbol;
  using const_iterator = SymbolIterator;
  static constexpr std::size_t kToTheEnd = ~std::size_t{0};

  SymbolView() = default;
  SymbolView(std::span<const Symbol> symbols) noexcept  // NOLINT(google-explicit-constructor): as spans convert
      : data_(symbols.data()), size_(symbols.size()), bytes_(sizeof(Symbol)) {}
  SymbolView(std::span<const std::uint8_t> symbols) noexcept  // NOLINT(google-explicit-constructor)
      : data_(symbols.data()), size_(symbols.size()), bytes_(1) {}
  SymbolView(const std::vector<Symbol>& symbols) noexcept  // NOLINT(google-explicit-constructor)
      : SymbolView(std::span<const Symbol>(symbols)) {}

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  int bytes_per_symbol() const noexcept { return bytes_; }
  Symbol operator[](std::size_t i) const noexcept { return symbol_at(data_, bytes_, i); }
  Symbol front() const noexcept { return (*this)[0]; }
  Symbol back() const noexcept { return (*this)[size_ - 1]; }
  /// From `offset`, which is at most size(), `count` symbols or as many as there are.
  SymbolView subview(std::size_t offset, std::size_t count = kToTheEnd) const noexcept {
    SymbolView part = *this;
    part.data_ = static_cast<const std::uint8_t*>(data_) + offset * static_cast<std::size_t>(bytes_);
    part.size_ = std::min(count, size_ - offset);
    return part;
  }
  /// Writes all symbols to the beginning of `out`, which is at least as long.
  template <class T>
  void copy(std::span<T> out) const noexcept {
    if (bytes_ == 1) {
      std::copy_n(static_cast<const std::uint8_t*>(data_), size_, out.begin());
    } else {
      std::copy_n(static_cast<const Symbol*>(data_), size_, out.begin());
    }
  }
  std::vector<Symbol> to_vector() const {
    std::vector<Symbol> symbols(size_);
    copy(std::span(symbols));
    return symbols;
  }
  /// The same memory, where a symbol has two bytes; empty where it has one.
  std::span<const Symbol> wide() const noexcept {
    return bytes_ == 1 ? std::span<const Symbol>() : std::span(static_cast<const Symbol*>(data_), size_);
  }
  /// The same memory as bytes.
  std::span<const std::uint8_t> bytes() const noexcept {
    return {static_cast<const std::uint8_t*>(data_), size_ * static_cast<std::size_t>(bytes_)};
  }

  SymbolIterator begin() const noexcept { return {data_, bytes_, 0}; }
  SymbolIterator end() const noexcept { return {data_, bytes_, size_}; }

 private:
  const void* data_ = nullptr;
  std::size_t size_ = 0;
  int bytes_ = sizeof(Symbol);
};

}  // namespace continuo::representation
