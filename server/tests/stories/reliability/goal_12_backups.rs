//! Goal 12: backups as an operator makes them, while people talk, and back again.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use app::protocol::{FeedId, Message, Number, ServerFrame};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinSet, time::timeout};

use crate::harness::{GENERAL, Magpie, PATIENCE, Person, Replica, outcome, post};

/// Runs `magpie` with these words, which has to succeed; gives what it says.
async fn does(words: &[&str]) -> String {
    let output = outcome(words).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{words:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Several people who post as fast as they can, and the numbers that were acknowledged.
struct Crowd {
    posting: JoinSet<()>,
    acknowledged: watch::Sender<Vec<Number>>,
    enough: Arc<AtomicBool>,
}

impl Crowd {
    fn begins(people: &[Person]) -> Self {
        let mut posting = JoinSet::new();
        let (acknowledged, enough) = (watch::Sender::new(Vec::new()), Arc::new(AtomicBool::new(false)));
        for (person, name) in people.iter().zip(1..) {
            let (client, acknowledged, enough) = (person.client(), acknowledged.clone(), Arc::clone(&enough));
            posting.spawn(async move {
                let mut line = 0;
                while !enough.load(Ordering::Relaxed) {
                    line += 1;
                    let id = client.send(post(GENERAL, &format!("{name} says {line}"))).await;
                    let (number, _) = client.posted(id).await;
                    acknowledged.send_modify(|numbers| numbers.push(number));
                }
            });
        }
        Self {
            posting,
            acknowledged,
            enough,
        }
    }

    /// Waits for so many more posts; gives all that were acknowledged until then.
    async fn says_more(&self, posts: usize) -> Vec<Number> {
        let mut acknowledged = self.acknowledged.subscribe();
        let until = acknowledged.borrow().len() + posts;
        let numbers = timeout(PATIENCE, acknowledged.wait_for(|numbers| numbers.len() >= until)).await;
        numbers.expect("they go on").unwrap().clone()
    }

    async fn ends(mut self) {
        self.enough.store(true, Ordering::Relaxed);
        while let Some(ended) = self.posting.join_next().await {
            ended.unwrap();
        }
    }
}

/// Comes back with what was held before.
async fn comes_back(person: &Person, held: &mut Replica) {
    let line = person.opens().await;
    line.hello(held.hello(person.id())).await;
    let told = |frame: &ServerFrame| match frame {
        ServerFrame::Gap { feed, .. } => (*feed == FeedId::Room(GENERAL)).then_some(()),
        _ => None,
    };
    line.log.find("a gap in the room", 0, told).await;
    held.take_all(line.log.since(0).iter().map(|received| &received.frame));
    person.uses(line);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_taken_under_load_is_a_prefix_of_history_and_clients_converge_on_it() {
    let folder = TempDir::new().unwrap();
    let (data, restored) = (folder.path().join("data"), folder.path().join("restored"));
    std::fs::create_dir(&data).unwrap();
    let mut server = Magpie::start(&data).await;
    let mut people = Vec::new();
    for name in ["ann", "bob", "cleo", "dan"] {
        let person = Person::sign_in(server.address, name).await;
        person.connects().await;
        people.push(person);
    }
    let crowd = Crowd::begins(&people);
    let before = crowd.says_more(200).await;
    let file = folder.path().join("backup.tar");
    let (file, data) = (file.to_str().unwrap(), data.to_str().unwrap());
    let told = does(&["backup", file, "--data", data]).await;
    assert!(told.contains(file), "{told}");
    crowd.says_more(200).await;
    crowd.ends().await;
    let (last, head) = people[0].says(GENERAL, "the last before the end").await;
    for person in &people {
        person.reaches(GENERAL, head).await;
    }
    let whole: Vec<Message> = people[0].history(GENERAL).await;
    let mut held: Vec<Replica> = Vec::new();
    for person in &people {
        let mut replica = Replica::default();
        replica.take_all(person.client().log.since(0).iter().map(|received| &received.frame));
        held.push(replica);
    }
    server.terminate().await;
    assert!(server.ended().await.success());

    assert!(does(&["restore", file, "--verify"]).await.contains("whole"));
    let restored_path = restored.to_str().unwrap();
    does(&["restore", file, "--data", restored_path]).await;
    let server = server.start_again(&restored).await;
    let history: Vec<Message> = people[0].history(GENERAL).await;
    assert!(history.len() < whole.len(), "it was taken before the end");
    assert_eq!(history, whole[..history.len()], "a prefix of what was");
    for number in before {
        assert!(
            number.0 <= history.len() as u64,
            "what was acknowledged before is in it"
        );
    }
    assert!(last.0 > history.len() as u64);

    for (person, held) in people.iter().zip(&mut held) {
        let epoch = held.epoch.clone();
        comes_back(person, held).await;
        assert_ne!(held.epoch, epoch, "another epoch");
    }
    let (number, head) = people[1].says(GENERAL, "the first of another story").await;
    assert_eq!(number.0, history.len() as u64 + 1, "numbers go on from the backup");
    for (person, held) in people.iter().zip(&mut held) {
        person.reaches(GENERAL, head).await;
        held.take_all(person.client().log.since(0).iter().map(|received| &received.frame));
        let now = person.history(GENERAL).await;
        let shown = held.messages(GENERAL);
        assert!(
            !shown.is_empty() && now.ends_with(&shown),
            "what is shown is what is there"
        );
        assert_eq!(shown.last().map(|message| message.number), Some(number));
    }
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_backed_up_or_restored_ends_in_a_sentence() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (nowhere, file, data) = (path("nowhere"), path("backup.tar"), path("data"));
    std::fs::write(&file, "no backup").unwrap();
    std::fs::create_dir(&data).unwrap();
    std::fs::write(path("data/kept"), "").unwrap();
    let (new, diary) = (path("new.tar"), path("data/kept"));
    for (words, code, named) in [
        (vec!["backup", &new, "--data", &nowhere], 2, "there is no database"),
        (vec!["backup", &file, "--data", &nowhere], 2, "exists already"),
        (vec!["backup", &new, "--database", &diary], 2, "not a database"),
        (vec!["backup", &new, "--database", "postgres://here"], 2, "pg_dump"),
        (vec!["restore", &nowhere, "--verify"], 2, "cannot read"),
        (vec!["restore", &file, "--data", &nowhere], 2, "no backup"),
        (vec!["restore", &file, "--data", &data], 2, "not empty"),
    ] {
        let output = outcome(&words).await;
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
        assert!(
            said.starts_with("magpie: ") && said.lines().count() == 1,
            "{words:?}: {said}"
        );
        assert!(said.contains(named), "{words:?}: {said}");
    }
}
