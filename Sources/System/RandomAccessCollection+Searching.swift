extension RandomAccessCollection where Index == Int {
  /// Returns the first index whose element satisfies `predicate`, found by binary search.
  ///
  /// All elements after one that satisfies it must satisfy it too.
  package func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
