use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::answer::Answered;

/// BullMQ in memory. Clones are the same queue.
#[derive(Clone, Debug, Default)]
pub struct SimQueue {
    held: Arc<Mutex<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    down: bool,
    schedulers: Vec<Value>,
    runs: Vec<String>,
}

impl SimQueue {
    /// Redis stops, or is there again.
    pub fn stop(&self, down: bool) {
        self.held.lock().unwrap().down = down;
    }

    /// Registers or replaces a scheduler, as BullMQ prints it.
    pub fn put(&self, scheduler: Value) {
        let mut held = self.held.lock().unwrap();
        held.schedulers.retain(|known| known["id"] != scheduler["id"]);
        held.schedulers.push(scheduler);
    }

    /// What is registered.
    #[must_use]
    pub fn schedulers(&self) -> Vec<Value> {
        self.held.lock().unwrap().schedulers.clone()
    }

    /// The runs that were asked of the worker, each once.
    #[must_use]
    pub fn runs(&self) -> Vec<String> {
        self.held.lock().unwrap().runs.clone()
    }

    /// As the script does: by the data of their next jobs.
    fn remove_legacies(&self, config: &Value) {
        let is_of = |known: &Value| !config.is_null() && known["config"] == *config;
        self.held.lock().unwrap().schedulers.retain(|known| !is_of(known));
    }

    /// Answers the script that begins with what is asked.
    pub(super) fn answer(&self, script: &str) -> Answered {
        if self.held.lock().unwrap().down {
            return Answered::failed(1, "connect ECONNREFUSED 172.18.0.3:6379");
        }
        let asked = script.lines().next().and_then(|line| line.strip_prefix("const asked = ")?.strip_suffix(';'));
        let asked: Value = serde_json::from_str(asked.unwrap()).unwrap();
        match asked["act"].as_str().unwrap() {
            "upsert" => {
                self.remove_legacies(&asked["config"]);
                self.put(json!({ "id": asked["id"], "next": 4_102_444_800_000_u64, "pattern": asked["pattern"], "tz": asked["tz"] }));
            }
            "remove" => {
                self.remove_legacies(&asked["config"]);
                self.held.lock().unwrap().schedulers.retain(|known| known["id"] != asked["id"]);
            }
            "run" => {
                let run = asked["run"].as_str().unwrap().to_owned();
                let runs = &mut self.held.lock().unwrap().runs;
                if !runs.contains(&run) {
                    runs.push(run);
                }
            }
            other => assert_eq!(other, "read"),
        }
        let told = json!({ "schedulers": self.schedulers(), "cronParser": "4.9.0" });
        Answered::said(format!("somebody is busy\nselvage:{told}\n"))
    }
}
