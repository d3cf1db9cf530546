//! Who stands for a face: initials and a colour.

/// One or two letters for an avatar: the first character of a name in Chinese, Japanese or Korean; otherwise the first
/// letters of its first and last word.
pub(super) fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|character| character.is_alphanumeric()));
    let Some(first) = words.next() else {
        return name.trim().chars().next().map_or_else(|| "?".to_owned(), String::from);
    };
    let last = words.next_back();
    if is_east_asian(first) {
        return first.to_string();
    }
    first
        .to_uppercase()
        .chain(last.into_iter().flat_map(char::to_uppercase))
        .collect()
}

/// A hue in degrees, `0..360`, the same for a person's or room's id everywhere, and far apart for those who came one after the other.
pub(in crate::ui) fn hue(id: u64) -> u16 {
    // 137.508° is the golden angle: neighbours in id are never neighbours in colour.
    let degrees = (id % 360_000).wrapping_mul(137_508) / 1000 % 360;
    u16::try_from(degrees).unwrap_or_default()
}

fn is_east_asian(character: char) -> bool {
    matches!(u32::from(character), 0x2E80..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_what_people_would_write() {
        for (name, expected) in [
            ("Ada Lovelace", "AL"),
            ("grace brewster murray hopper", "GH"),
            ("ada", "A"),
            ("王小明", "王"),
            ("喜鹊 群", "喜"),
            ("さくら", "さ"),
            ("Élodie", "É"),
            ("  (bob)  ", "B"),
            ("😀", "😀"),
            ("   ", "?"),
            ("", "?"),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }

    #[test]
    fn colours_are_stable_and_neighbours_differ() {
        for id in 0..1_000 {
            let (one, next) = (hue(id), hue(id + 1));
            assert!(one < 360);
            assert!(one.abs_diff(next).min(360 - one.abs_diff(next)) > 90);
        }
        assert!(hue(u64::MAX) < 360);
    }
}
