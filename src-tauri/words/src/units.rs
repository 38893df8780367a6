/// Bytes as people read them, in powers of 1000: `412.6 MB`.
#[must_use]
pub fn size(bytes: f64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes;
    let mut power = 0;
    while value >= 1000.0 && power + 1 < UNITS.len() {
        value /= 1000.0;
        power += 1;
    }
    if power < 2 { format!("{value:.0} {}", UNITS[power]) } else { format!("{value:.1} {}", UNITS[power]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded() {
        let told = [0.0, 999.0, 1000.0, 412_613_664.0, 8_200_000_000.0].map(size);
        assert_eq!(told, ["0 B", "999 B", "1 kB", "412.6 MB", "8.2 GB"]);
    }
}
