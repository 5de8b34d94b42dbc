### Chinese (中文).

number = { $number }
list-separator = 、

## Command line

## Command line: commands and arguments, named after their path

command = Onsite：GraphQL 服务器、命令行与演示
command-full =
    Onsite 如实告诉一座城市：为每个企业项目确定的责任人，是否真的到了现场。

    试一试：`onsite demo` 用虚构数据演示全部工作。投入使用：`onsite migrate`、`onsite import roster 文件`、`onsite import sites 文件`、`onsite account add 登录名`、`onsite serve`。
argument-lang = 输出所用的语言，例如 zh 或 en；不给出时按 LC_ALL、LC_MESSAGES 或 LANG
argument-config = 设置文件；不给出时用工作目录中的 onsite.toml（如果有）
argument-database-url = 数据库：sqlite:路径 或 postgres://用户:密码@主机/库名 [环境变量：ONSITE_DATABASE__URL]
argument-photos-directory = 照片目录，不用 S3 时有效 [环境变量：ONSITE_PHOTOS__DIRECTORY]
argument-listen = 监听的地址 [环境变量：ONSITE_LISTEN]
argument-public-url = 手机访问本服务器的网址，例如 https://onsite.example [环境变量：ONSITE_PUBLIC_URL]

command-demo = 用虚构数据演示全部工作
argument-demo-exit = 演示完即结束；若有任何不符合预期之处，退出码为 1
argument-demo-data-dir = 把数据库和照片保存在此目录，目录须是新的或空的

command-serve = 运行服务器
argument-serve-migrate = 启动前先更新数据库表结构
argument-serve-tls-self-signed = 用自行生成并保存在此目录中的证书提供 TLS：用于局域网，那里手机要求安全来源，又没有机构颁发证书
argument-serve-tls-address = 自行生成的证书还适用于哪个地址（localhost 除外）；可多次给出
argument-serve-trust-clock = 即使数据库或本程序的编译时间表明本机时钟不可能正确，也照常启动：已有人核对过时钟

command-migrate = 更新数据库表结构，或撤回迁移
argument-migrate-down = 改为撤回最近 N 个迁移，其中的数据将丢失；先列出会丢失什么，加上 --yes 才执行
argument-migrate-yes = 确认丢失

command-import = 导入公布的名册，或导入现场
command-import-roster = 导入方案公布的名单（附件 2）：项目、人员和团队
argument-import-roster-file = 文件
argument-import-roster-from = 任职的第一天，例如 2026-11-01；不给出即今天

command-import-sites = 从 GeoJSON 导入现场，或其边界的新版本
argument-import-sites-file = 文件
argument-import-sites-from = 边界生效的第一天，例如 2026-11-01；不给出即今天

command-account = 建立账号，更改账号的权限
command-account-add = 建立账号
argument-account-add-login = 登录名：2 至 64 个字母、数字、点、短横或下划线
argument-account-add-role = 账号的角色
argument-account-add-person = 账号属于谁：名册上的姓名；工作人员必须给出

command-account-list = 列出账号：角色、人员、是否停用、第二因素、最近登录
argument-account-list-role = 只列此角色的账号
argument-account-list-disabled = 只列已停用的账号
argument-account-list-json = 供程序使用：每行一个 JSON 对象

command-account-password = 从标准输入读取新密码，更换账号的密码并结束其会话
argument-account-password-login = 登录名

command-account-reset-second-factor = 本人丢失第二因素时，取消该账号的第二因素
argument-account-reset-second-factor-login = 登录名

command-account-disable = 停用账号，并结束其会话
argument-account-disable-login = 登录名

command-account-enable = 让已停用的账号恢复登录
argument-account-enable-login = 登录名

command-account-role = 更改账号的角色，并结束其会话
argument-account-role-login = 登录名
argument-account-role-role = 账号今后的角色

command-account-link = 允许统一身份认证中的某人登录某账号
argument-account-link-login = 登录名
argument-account-link-subject = 此人在统一身份认证中的标识：其 ID token 中的“sub”

command-account-unlink = 不再允许统一身份认证中的任何人登录该账号，并结束其会话
argument-account-unlink-login = 登录名

command-admin = 建立管理员
command-admin-create = 建立第一名管理员
argument-admin-create-login = 登录名：2 至 64 个字母、数字、点、短横或下划线
argument-admin-create-another = 已有管理员时仍再建一名

command-policy = 显示规则，或采用新版本
command-policy-show = 显示所有版本，最新的在前
command-policy-adopt = 采用新版本：在最新版本上作这些更改，即时生效
argument-policy-adopt-reason = 采用的理由
argument-policy-adopt-weekly-visits = “妈妈”每周须完成的有效到访次数
argument-policy-adopt-tolerance = 现场未自行设定时，边界之外允许的偏差，米
argument-policy-adopt-accuracy-limit = 精度差于此值的定位不能使用，米
argument-policy-adopt-fix-age-limit = 签到时已超过此时长的定位不能使用，秒
argument-policy-adopt-skew-limit = 手机时钟偏差超过此值的须人工核实，秒
argument-policy-adopt-photo-required = 签到是否需要照片；须同时给出 --photo-reason
argument-policy-adopt-photo-reason = 需要或不需要照片的理由
argument-policy-adopt-time-zone = 划分日和周所用的 IANA 时区，例如 Asia/Shanghai
argument-policy-adopt-draft = 写有更改内容的 JSON 文件，名称与 GraphQL 模式一致，例如 {"{"}"toleranceMeters": 60, "thresholds": {"{"}"appealDays": 30{"}"}{"}"}；其他选项优先。可先试算：onsite reassess --draft

command-project = 关闭项目
command-project-close = 即日起关闭项目
argument-project-close-name = 项目名称

command-export = 导出证据
command-export-evidence = 把签到、评判、决定、照片和公钥导出为证据包，可用 `onsite verify` 查验
argument-export-evidence-file = 要写入的证据包
argument-export-evidence-from = 记录的第一天，例如 2026-11-01；不给出即从头开始
argument-export-evidence-to = 记录的最后一天；不给出即到现在

command-verify = 查验导出的证据包，不需要服务器
argument-verify-file = 证据包
argument-verify-head = 曾经公布的链头，写作 序号:哈希；若在证据包范围之内，须与其一致

command-reassess = 试算另一套规则会得出什么结论
argument-reassess-policy = 规则的版本号
argument-reassess-draft = 尚未采用的规则：写有对最新版本更改内容的 JSON 文件，名称与 GraphQL 模式一致，例如 {"{"}"toleranceMeters": 60, "thresholds": {"{"}"travelSpeedMps": 90{"}"}{"}"}
argument-reassess-from = 第一天（当地日期），例如 2026-11-01
argument-reassess-to = 最后一天（当地日期）
argument-reassess-dry-run = 声明什么都不更改：必须给出，因为目前只能试算

command-rejudge = 在故障之后或边界更正之后，重新评判签到
argument-rejudge-from = 第一天（当地日期），例如 2026-11-01
argument-rejudge-to = 最后一天（当地日期）
argument-rejudge-reason = 理由；会记录在案
argument-rejudge-project = 只评判此项目的签到
argument-rejudge-verdict = 只评判目前为此结论的签到，例如 NEEDS_REVIEW；可多次给出
argument-rejudge-policy = 按此版本的规则，而不是各次签到时有效的版本
argument-rejudge-dry-run = 只说明会有什么变化

command-recount = 根据证据重新统计到访和每周计数
argument-recount-check = 不作更改；有任何不一致时退出码为 1

command-doctor = 检查服务器所需的一切是否正常
argument-doctor-json = 供程序使用：每行一个 JSON 对象

command-backup = 在服务器照常工作时备份全部数据
argument-backup-folder = 存放备份的目录；没有则新建
argument-backup-keep = 备份后只保留最新的 N 份

command-restore = 把备份恢复到新数据库，或检查备份
argument-restore-backup = 一份备份，或存放备份的目录（取其中最新的一份）
argument-restore-check = 只检查备份是否完整；不需要数据库

command-schema = 输出 GraphQL 模式
command-completions = 输出在 shell 中补全命令和选项的脚本
argument-completions-shell = 哪种 shell

command-config = 输出包含每项设置、其含义和默认值的设置文件
command-decode-picture = 解码标准输入中的图片：服务器查看外来照片时自行启动

## Command line: what --help says beside what it is about

help-usage = 用法：
help-any-options = [选项]
help-commands = 命令
help-command = 命令
help-arguments = 参数
help-options = 选项
help-settings = 设置
help-values = [可选值：{ $values }]
help-values-explained = 可选值：
help-help = 显示本说明，或某个命令的说明
help-flag = 显示说明
help-more = 显示说明（详细说明请用 --help）
help-less = 显示说明（简要说明请用 -h）
help-version = 显示版本

## Command line: what was not understood

misuse-unknown-command = 错误：没有“{ $command }”这个命令
misuse-missing-command = 错误：“{ $command }”之后需要一个子命令
misuse-unknown-argument = 错误：没有“{ $argument }”这个参数
misuse-missing-arguments = 错误：缺少必需的参数：{ $arguments }
misuse-missing-value = 错误：“{ $argument }”需要一个值，但没有给出
misuse-invalid-value = 错误：“{ $argument }”的值“{ $value }”无效
misuse-invalid-value-because = 错误：“{ $argument }”的值“{ $value }”无效：{ $why }
misuse-no-date = 应为日期，例如 2026-11-01
misuse-no-whole-number = 应为整数，且不能过大
misuse-no-number = 应为数字
misuse-none-of = 应为 { $values } 之一
misuse-no-equals = 错误：“{ $argument }”的值须用等号给出
misuse-too-many-values = 错误：“{ $argument }”多了一个值“{ $value }”
misuse-too-few-values = 错误：“{ $argument }”需要 { $least } 个值，只给出了 { $given } 个
misuse-twice = 错误：“{ $argument }”不能重复使用
misuse-conflict = 错误：“{ $argument }”不能与“{ $other }”同时使用
misuse-other = 错误：{ $told }
misuse-alike = 提示：有“{ $values }”
misuse-see-help = 详细说明请用 --help。

## Command line: names of values

role-administrator = 管理员
role-office = 办公室
role-staff = 工作人员
role-analyst = 分析人员
role-administrator-told = 管理员：管理账号，看不到项目和到访
role-office-told = 办公室：管理整个方案，能看到全部内容
role-staff-told = 工作人员：“妈妈”“保姆”“秘书”，只看自己服务的项目
role-analyst-told = 分析人员：所有项目的数字，不含个人信息
verdict-pending-evidence = 待查照片
verdict-verified = 已核实
verdict-needs-review = 待人工核实
verdict-rejected = 不予认定
obligation-excused = 不作要求
obligation-met = 已达标
obligation-provisional = 核实后达标
obligation-pending = 尚未到期
obligation-missed = 未达标
reason-confirmed = 有人或记录证实
reason-photos-show-site = 照片可见现场
reason-boundary-wrong = 边界画错
reason-technical-fault = 技术故障
reason-evidence-insufficient = 证据不足
reason-not-there = 不在现场
reason-fabricated = 证据造假
seconds = { $seconds } 秒
nothing-changed = 未作任何更改

## Command line: migrate

migrate-done = 数据库已是最新；执行了 { $pending } 个迁移
migrate-in-use = 有服务器或命令正在使用此数据库，请先停止它们。
migrate-nothing-taken-back = 没有撤回任何迁移：请先备份，再加上 --yes。
migrate-taken-back = 已撤回 { $steps } 个迁移
migrate-loss = { $table }：{ $done ->
    [yes] 已
   *[no] 将
}丢失 { $rows } 行{ $whole ->
    [yes] ，即整张表
   *[no] { "" }
}{ $columns }
migrate-loss-of-columns = ，另有 { $rows } 行丢失这些列：{ $columns }
migrate-accounts-disabled = { $done ->
    [yes] 已
   *[no] 将
}停用 { $accounts } 个账号：否则它们的登录要求会比原先低

## Command line: import

import-roster-goes-on = 正在导入名册
import-roster-done = 共 { $entries } 条：新增 { $projects } 个项目、{ $people } 名人员、{ $organisations } 个单位；{ $begun } 项任职开始，{ $ended } 项结束
import-sites-goes-on = 正在导入现场
import-sites-done = 新增 { $sites } 处现场，{ $versions } 处现场有新版边界，{ $unchanged } 处未变
import-site-elsewhere = 要素 { $feature }：“{ $project }”的现场“{ $site }”画在了与原先完全不同的地方，并取代原边界；若是另一地块，请另取 site 名称后重新导入
import-not-read = 未读取的属性
import-row = 第 { $row } 行
import-feature = 要素 { $feature }
import-more-problems = 另有 { $more } 处问题

## Command line: accounts

account-can-sign-in = { $login } 可以登录
account-password-changed = { $login } 已更换密码，其会话均已结束
account-second-factor-reset = { $login } { $had ->
    [yes] 今后登录不需要第二因素
   *[no] 原本就没有第二因素
}
account-disabled = { $login } 已停用，其会话均已结束
account-role = { $login } 的角色现为“{ $role }”，其会话均已结束
account-linked = { $login } 已与 { $issuer } 中的 { $subject } 关联
account-unlinked = { $login } 不再与任何人关联
account-type-password = 请输入密码（至少 10 个字符，输入时会显示），然后按回车：
accounts-login = 登录名
accounts-role = 角色
accounts-person = 人员
accounts-ways = 登录方式
accounts-last = 最近登录
accounts-disabled = 已停用
accounts-one-time-password = 一次性密码
accounts-second-factor = 第二因素
accounts-single-sign-on = 统一身份认证
accounts-password = 密码
accounts-listed = { $ways }
accounts-never = 从未
admin-created = { $login } 可以登录并管理账号

## Command line: policy and projects

policy-version = 第 { $version } 版（自 { $from } 起）：{ $reason }
policy-weekly-visits = 每周到访次数
policy-tolerance = 允许偏差
policy-accuracy-limit = 精度上限
policy-fix-age-limit = 定位时长上限
policy-skew-limit = 时钟偏差上限
policy-photo = 需要照片
policy-photo-required = { $required ->
    [yes] 是
   *[no] 否
}（{ $reason }）
policy-time-zone = 时区
policy-thresholds = 其他限值
project-closed = “{ $project }”已关闭

## Command line: judging and counting again

rejudge-goes-on = 正在重新评判
rejudge-done = { $check-ins } 次签到：{ $unchanged } 次结论不变，{ $changed } 次有新的评判
rejudge-photos-found = { $photos } 张照片重新找到，等待查验
reassess-draft = 该草案
reassess-version = 第 { $version } 版规则
reassess-done = { $check-ins } 次签到，其中 { $not-judged } 次无法重新评判；按{ $policy }有 { $changed } 次结论不同
recount-goes-on = 正在重新统计
recount-done = { $projects } 个项目，{ $check-ins } 次签到，{ $visits } 次到访：{ $differences } 处不一致
recount-mended = 已更正：{ $difference }
difference-of-standing = 签到 { $check-in } 的结论
difference-of-visit = 人员 { $person } 于 { $day } 对项目 { $project } 的到访
difference-of-tally = 人员 { $person } 对项目 { $project } 在 { $week } 周的计数

## Command line: evidence and backups

export-goes-on = 正在导出
export-done = { $file }：{ $links } 个链节，{ $photos } 张照片
export-publish-head = 请把链头公布在本服务器够不到的地方：日后可以证明在它之前的内容没有被改动。
bundle-manifest = 清单
bundle-head = 链头
verify-head-form = 请写作 序号:哈希
verify-head-sequence = 序号应为数字
verify-head-hash = 哈希应为 64 位十六进制数字
verify-does-not-hold = { $name } 不成立：{ $why }
verify-holds = { $name } 成立
verify-contents = { $links } 个链节（{ $withheld } 个内容未附），{ $check-ins } 次签到（{ $signed } 次有签名），{ $photos } 张照片
verify-known-heads = 给出的已公布链头中有 { $heads } 个在其范围之内
backup-goes-on = 正在备份
backup-kept-before = { $objects } 个照片和衍生图在先前的备份中已有
backups-kept = { $folder } 中现有 { $backups } 份备份
backup-lacks-photo = 照片存储中缺少签到的照片：{ $key }
backup-contents = { $tables } 张表，{ $rows } 行，{ $objects } 个照片和衍生图
restore-goes-on = { $checking ->
    [yes] 正在检查
   *[no] 正在恢复
}
restore-whole = { $name }（{ $made }）完整：{ $contents }
restore-done = { $name } 已恢复：{ $rows } 行，{ $objects } 个照片和衍生图
restore-holds = 证据链成立，所有计数与证据一致。
restore-other-head = 证据链以 { $head } 结尾，应为 { $expected }

## Command line: doctor

doctor-ok = 正常
doctor-warn = 注意
doctor-fail = 故障
doctor-failed = 有 { $failed } 项故障
doctor-see-above = 见上
doctor-see-database = 见上面的 database
doctor-settings-understood = 各项设置均可识别
doctor-mend-setting = 请更正所指的设置；`onsite config` 列出全部设置
doctor-start-database = 请启动数据库，或更正 database.url（ONSITE_DATABASE__URL）
doctor-see-database-log = 请查看数据库服务器的日志
doctor-database-answers = { $product } 有应答
doctor-database-too-old = { $product } 版本过旧
doctor-use-newer = 请使用 PostgreSQL 14 或更新版本
doctor-not-durable = { $settings } 已关闭：断电可能丢失已确认的签到
doctor-turn-on = 请在数据库服务器的设置中打开
doctor-superuser = Onsite 使用的是数据库的超级用户
doctor-own-user = 请给 Onsite 一个专用用户，只拥有自己的数据库
doctor-migrations-pending = 有 { $pending } 个迁移尚未执行
doctor-migrate = 请运行 `onsite migrate`，或用 `onsite serve --migrate` 启动
doctor-tables-up-to-date = 表结构已是最新
doctor-durable = 写入的内容可靠保存
doctor-keeps-nothing = 数据库有应答，但没有保存写入的内容
doctor-make-room = 请在数据库所在磁盘上腾出空间；上面的日志说明了哪里失败
doctor-clock-right = { $now }：没有可疑之处
doctor-set-clock = 请校准本机时钟，并用 NTP 保持准确
doctor-room = { $path } 所在磁盘共 { $all } MB，剩余 { $free } MB
doctor-make-room-in-time = 请在写满之前腾出空间
doctor-owners-alone = { $name } 只有其所有者可以读写
doctor-others-may-read = 其他人可以读取 { $name }（权限 { $mode }）
doctor-secret-readable = { $name } 含有机密，且任何人都可以读取（权限 { $mode }）
doctor-hide-secret = chmod o= { $name }，或改用环境变量给出机密
doctor-runs-as-root = 当前以 root 运行，而 { $path } 属于用户 { $owner }
doctor-run-as-server = 请用运行服务器的同一用户运行 Onsite 的命令
doctor-font-found = 有含中文字符的字体
doctor-no-font = 没有找到含中文字符的字体
doctor-install-font = 只有在本机打印文件时才需要：请安装 fonts-noto-cjk
doctor-key-lost = 有 { $enrolled } 个账号启用了第二因素，但没有设置解开其密钥的密钥
doctor-give-key-as-it-was = 请按原值给出 accounts.second_factor_key（ONSITE_ACCOUNTS__SECOND_FACTOR_KEY）
doctor-key-needed = 要求启用第二因素，但没有设置加密其密钥的密钥
doctor-give-key = 请给出 accounts.second_factor_key（ONSITE_ACCOUNTS__SECOND_FACTOR_KEY），任意一段足够长的随机文字
doctor-no-key = 无法启用第二因素：没有设置 accounts.second_factor_key
doctor-give-key-to-every-server = 请给出 ONSITE_ACCOUNTS__SECOND_FACTOR_KEY，任意一段足够长的随机文字，每台服务器相同
doctor-key-set = 第二因素的密钥已设置；{ $enrolled } 个账号已启用
doctor-tls-files = { $certificate } 与其私钥相符
doctor-mend-tls = 请更正 http.tls
doctor-tls-own = 自行生成的证书，位于 { $folder }
doctor-tls-proxy = 由代理提供 TLS：public_url 是 https
doctor-no-tls = 没有 TLS，public_url 也不是 https：手机不会给出位置
doctor-set-tls = 请设置 [http.tls]，或在前面放置提供 TLS 的代理并设置 public_url
doctor-bucket = { $endpoint } 的存储桶 { $bucket }
doctor-mend-bucket = 请更正 [photos.s3]：endpoint、bucket、密钥；存储桶的要求见 docs/operating.md
doctor-directory = 目录 { $directory }
doctor-mend-directory = 请让运行 Onsite 的用户能写入该目录（photos.directory），并在其磁盘上腾出空间
doctor-photos-kept = { $place } 可以写入

## Demonstration

demo-title = Onsite 演示：人员和地点均为虚构。
demo-data = 数据
demo-database = 数据库
demo-server = 服务器
demo-roster = 名册
demo-sites = 现场
demo-dashboard = 看板
demo-phone = 手机
demo-office = 办公室
demo-sent = 发送
demo-decided = 结论
demo-why = 理由
demo-directory = { $path }（{ $passing ->
    [yes] 结束时删除
   *[no] 保留
}）
demo-migrated = SQLite，执行了 { $migrations } 个迁移
demo-port-taken = { $address } 已被占用，改用任意空闲端口
demo-roster-imported = { $projects } 个项目，{ $people } 名人员；任职自 { $from } 起
demo-sites-imported = { $sites } 处边界，自同一天起生效
demo-dashboard-listens = 办公室的看板，正通过 WebSocket 收听
demo-stopping = 正在停止。
demo-stopped = 演示未完即被停止
demo-not-well = 有不符合预期之处
demo-own-data = 演示有自己的数据库和照片；请去掉 { $option }，如需保留数据请给出 --data-dir
demo-directory-not-empty = { $path } 不是空目录；演示需要一个专用目录
demo-without-policy = 没有任何规则
demo-lacks-leaders = 示例文件中缺少有三处现场和有两处现场的“妈妈”
demo-lacks-secretary = 示例名册中缺少“秘书”
demo-site-too-thin = 示例文件中有一处现场太窄，无处可站
demo-no-point-outside = 找不到离现场 { $distance } 米、在各坐标系下都在其外的点

## Demonstration: what the phones send

demo-position = 边界{ $inside ->
    [yes] 内
   *[no] 外
} { $distance }{"\u00A0"}米，精度{"\u00A0"}{ $accuracy }{"\u00A0"}米
demo-sent-with-photo = { $position }，附照片 { $size }{"\u00A0"}kB
demo-sent-18-minutes-later = { $position }，18 分钟之后
demo-sent-again = 第 1 步的签到再发一遍
demo-sent-15-minutes-later = { $position }，15 分钟之后
demo-sent-by-a-slow-clock = { $position }，两天前，手机时钟慢 4 分钟
demo-sent-two-weeks-ago = { $position }，两周前
demo-sent-last-week = { $position }，上周，以 BD-09 坐标给出
demo-sent-without-upload = { $position }，所附照片从未上传
demo-sent-in-gcj-02 = { $position }，以 GCJ-02 坐标给出
demo-sent-changed-photo = 一张改动了一个字节的照片
demo-sent-to-review = 第 2 步的签到，正等待人工核实
demo-sent-appeal = 对第 3 步的不予认定提出申诉：{ $statement }
demo-sent-to-answer = 上述申诉
demo-note-confirmed = 门卫登记簿可以证明。
demo-note-appeal = 当时在对面指挥部开现场会。
demo-note-not-there = 指挥部不在现场范围内。

## Demonstration: its steps

demo-heading-inside = 在现场内，附照片
demo-heading-edge = 在边界上
demo-heading-outside = 在现场外
demo-heading-twice = 重复签到
demo-heading-late = 迟到的签到，且手机时钟偏慢
demo-heading-queue = 离线队列
demo-heading-foreign = 别人的项目
demo-heading-other-bytes = 与申报不符的照片
demo-heading-review = 机器不能判定的，由人来定
demo-heading-appeal = 申诉
demo-step-inside = 在现场内，附照片
demo-step-edge = 在边界上
demo-step-outside = 在现场外
demo-step-again = 同一签到再发
demo-step-second = 同日再次签到
demo-step-late = 迟到的签到
demo-step-queued = 离线排队
demo-step-foreign = 不是本人的项目
demo-step-other-bytes = 字节与申报不符
demo-step-review = 审核
demo-step-appeal = 申诉
demo-step-answer = 申诉的答复

## Demonstration: what was decided

demo-then = { $first }，其后{ $next }
demo-recorded-already = 已有记录：{ $decided }
demo-not-recorded = 未记录：{ $codes }
demo-not-stored = 未保存：{ $status } { $code }
demo-one-visit = { $decided }，与第 1 步合为一次到访
demo-on-a-day = { $decided }，计在 { $day }（{ $week }）
demo-in-a-week = { $decided }，计在 { $week }
demo-stands = 现为{ $verdict }
demo-refused = 被拒绝
demo-reason = { $reason }：{ $note }
demo-judged = { $day } { $verdict }
demo-judged-together = { $day } { $verdict }，{ $check-ins } 次签到合为一次到访：{ $visit }
demo-tally = { $week } 已到 { $verified }、应到 { $required }：{ $status }

## Demonstration: what is told at the end

demo-decisions = 结论与理由
demo-weeks = 每周计数：已核实的到访次数与应到次数，分析人员所见
demo-leader = “妈妈”
demo-project = 项目
demo-average = 周均
demo-marks = ✓ 达标   ✗ 未达标   … 本周尚未结束
demo-marks-of-doubt = ? 尚待人工核实   – 项目还没有现场
demo-all-well = 全部 { $steps } 步均符合预期。
demo-some-wrong = { $steps } 步中有 { $failed } 步不符合预期：
demo-goes-on = 服务器继续运行，看板继续收听，按 Ctrl-C 结束。
demo-live = 实时
demo-schema = 模式
demo-health = 健康
demo-accounts = 账号（仅供本次演示）
demo-name = 登录名
demo-password = 密码
demo-role = 角色
demo-who = 人员
demo-may-see = 可以看到
demo-scope-office = 全部内容
demo-scope-analyst = 全部数字，不含个人信息
demo-scope-staff = 正在或曾经服务的项目
demo-scope-administrator = 只有账号
demo-try = 试一试
demo-check-heard = 看板收到的内容各一次，别无其他：{ $what }
demo-check-counted = 每名“妈妈”每一周的计数，都与这些到访相符
demo-check-analyst = 分析人员看得到这些数字，看不到位置、备注和电话号码
demo-check-recounted = 根据证据重新统计：{ $projects } 个项目，{ $check-ins } 次签到，{ $visits } 次到访，{ $differences } 处不一致

## Demonstration: what was not as it should be

demo-instead = { $what }：{ $got }，应为 { $wanted }
demo-verdict = 结论
demo-day = 日期
demo-week = 周
demo-recorded = 记录的签到
demo-user-errors = 用户错误
demo-upload = 上传
demo-assessments = 评判
demo-photos = 照片
demo-photo-changed = 取回的照片与上传的不同
demo-photo-not-fetched = 本人无法取回照片
demo-finding-of-position = 位置
demo-no-probability = 没有介于 0 和 1 之间的概率
demo-not-measured = 测得的距离不是 800 米
demo-already-recorded = alreadyRecorded
demo-check-ins-of-visit = 到访所含的签到
demo-not-corrected = 签到时间没有修正
demo-finding-of-clock = 时钟
demo-answers = 答复
demo-waiting = 等待的签到
demo-judgements-and-changes = { $judgements } 次评判和 { $changes } 次计数变化
demo-judgements-heard = 收到的评判
demo-changes-heard = 收到的计数变化
demo-changes-of = “{ $project }”{ $week } 的计数变化
demo-weeks-of = “{ $project }”的周数
demo-visits-to = “{ $project }”{ $week } 的到访
demo-owed-to = “{ $project }”{ $week } 的应到次数
demo-status-of = “{ $project }”{ $week } 的状态
demo-analyst-sees = 分析人员看到的签到
demo-analyst-sees-neither = 没有位置或备注
demo-analyst-sees-no-phone = 没有完整的电话号码
demo-office-sees = 办公室看到的位置
demo-office-sees-phone = 办公室看到的电话号码
demo-check-ins = 签到
demo-visits = 到访
demo-does-not-agree = { $difference }不一致
demo-echo = 第 { $step } 步的{ $verdict }，以及由此得出的 { $week } 计数
demo-waited = 等了 { $seconds } 秒，没有等到{ $what }
demo-wait-for-socket = 看板的 WebSocket 连通
demo-wait-for-projects = 看板的项目列表
demo-wait-to-hear = 看板收到：{ $what }
demo-connection-lost = 看板的连接断了，还没有收到：{ $what }
demo-connection-closed = 服务器关闭了看板的连接：{ $why }
demo-connection-ended = 看板的连接断了
demo-hears-no-more = 不再收到任何消息：{ $why }
demo-not-let-in = 看板未获准接入：{ $answer }
demo-answered = 看板得到的答复是 { $answer }
demo-listening = 收听
demo-reading-policy = 读取规则
demo-reading-queue = 读取待审队列
demo-reading-count = 读取每周计数
demo-looking = 查找个人信息
demo-deciding = 作出审核结论
demo-appealing = 提出申诉
demo-signing-in = 登录
demo-asking-for-upload = 申请上传
demo-uploading = 上传照片
demo-fetching = 取回照片
demo-checking-in = 签到
demo-sending-queue = 发送离线队列
demo-looking-up = 查询签到
demo-not-found = 查不到这次签到

## Check-ins: position

site-known = { $sites ->
    [0] 项目尚未划定施工现场，无法比对位置。
    [1] 项目有 1 处施工现场。
   *[other] 项目有 { $sites } 处施工现场，按最近一处比对。
}
fix-present = { $fixes ->
    [0] 手机没有提供位置。
    [1] 手机提供了位置。
   *[other] 手机提供了 { $fixes } 次定位，取最好的一次。
}
fix-nowhere = 手机给出的是北纬 0°、东经 0°，定位失败的设备常以此代替位置，等于没有位置。
fixes-agree = 各次定位彼此相符。
fixes-apart = 同一次签到的两次定位相距过远，扣除精度与可能的移动后仍差 { $apart } 米，超过 { $limit } 米，需人工核实。
fix-accurate = 定位精度 { $accuracy } 米，在 { $limit } 米以内。
fix-inaccurate = 定位精度 { $accuracy } 米，超过 { $limit } 米，无法判断位置。
fix-accuracy-unusable = 手机未给出有效的定位精度，无法判断位置。
fix-fresh = 定位时间与签到时间相差 { $age } 秒。
fix-old = 定位时间与签到时间相差 { $age } 秒，超过 { $limit } 秒，无法判断位置。
metres = { $metres } 米
kilometres = { NUMBER($kilometres, minimumFractionDigits: 1) } 公里
inside-boundary = 在现场边界内 { $distance }
outside-boundary = 在现场边界外 { $distance }
position-measured = { $place }，定位精度 { $accuracy } 米，允许偏差 { $tolerance } 米
position-on-site = { $measured }，位于现场。
position-off-site = { $measured }，不在现场。
position-unclear = { $measured }，位于允许范围内的概率{ $probability }，需人工核实。
position-mislabelled = { $measured }；{ $mislabel }，需人工核实。
probability-low = 低于 { $percent }%
probability-about = 约 { $percent }%
probability-high = 高于 { $percent }%
mislabelled-fix = 若坐标实为 { $fix }，{ $passes ->
    [yes] 则在现场内
   *[no] 则可能在现场内
}
mislabelled-site = 若现场边界实为 { $site } 坐标，{ $passes ->
    [yes] 则在现场内
   *[no] 则可能在现场内
}
mislabelled-both = 若坐标实为 { $fix }，且现场边界实为 { $site } 坐标，{ $passes ->
    [yes] 则在现场内
   *[no] 则可能在现场内
}
mock-location-used = 手机报告位置由模拟定位提供，需人工核实。
mock-location-unused = 手机未使用模拟定位。
position-not-repeated = 坐标没有反复完全相同。
position-repeated = 另有 { $days } 天发送过完全相同的坐标，真实定位不会如此，需人工核实。

## Check-ins: time

clock-late = 签到发出后在途中延迟了 { $late } 秒；手机时钟与服务器相差 { $off } 秒，已据此修正。
clock-close = 手机时钟与服务器相差 { $off } 秒，已据此修正。
clock-off = 手机时钟与服务器相差 { $off } 秒，超过 { $limit } 秒，已修正，需人工核实。
clock-steady = 签到后手机时钟未被调整。
clock-reckoned = 手机时钟从签到到发送走了不可能的时间（相差 { $jump } 秒），签到时间按开机时长推算，需人工核实。
clock-set = 签到后手机时钟被调整了 { $jump } 秒，超过 { $limit } 秒，需人工核实。
challenge-met = 签到晚于所带随机码的发放时间。
challenge-impossible = 签到时间比所带随机码的发放时间早 { $before } 秒，开机时长也如此，不可能成立。
challenge-early = 签到时间比所带随机码的发放时间早 { $before } 秒，可能是手机时钟当时不准，需人工核实。
challenge-forged = 签到所带随机码并非发放给本人，需人工核实。
travel-possible = 与相邻签到之间的行程可以实现。
travel-too-fast = 与相邻签到相距 { NUMBER($way, minimumFractionDigits: 1) } 公里，需时速 { $speed } 公里，超过 { $limit } 公里，需人工核实。

## Check-ins: photos

photo-required = 现行规则要求照片，本次没有。
photo-none = 没有照片，现行规则也不要求。
photo-attached = 附有 { $attached } 张照片。
photo-intact = { $attached } 张照片均与签到时申报的内容一致。
photo-waiting = 照片正在核验。
photo-damaged = { $attached } 张照片中只有 { $intact } 张与申报一致，需人工核实。
photo-readable = 照片均可查看。
photo-blank = { $looked-at } 张照片中有 { $blank } 张看不出任何内容（整张一色或尺寸过小），需人工核实。
photo-unreadable = { $looked-at } 张照片中有 { $unreadable } 张无法作为图片查看，需人工核实。
photo-unreadable-or-blank = { $looked-at } 张照片中有 { $unreadable } 张无法作为图片查看，{ $blank } 张看不出任何内容，需人工核实。
photo-near = 照片所记位置与定位相距 { $away } 米以内。
photo-away = 照片所记位置与定位相距 { $away } 米，超过 { $limit } 米，需人工核实。
photo-then = 照片所记时间与签到相差 { $apart } 分钟以内。
photo-another-time = 照片所记时间与签到相差 { $apart } 分钟，超过 { $limit } 分钟，需人工核实。
photo-reused = { $others ->
    [0] 照片未在其他签到中用过。
   *[other] 同一照片文件已用于另外 { $others } 次签到，需人工核实。
}
photo-similar = 有一张照片与其他签到的照片几乎相同，需人工核实。
photo-not-similar = 照片与其他签到的照片不相近。
photo-screenshot = 照片像是屏幕截图
photo-edited = 照片经图像软件保存过
photo-exif-unread = { $what ->
    [position] 照片带有 EXIF 位置，但无法读取
    [time] 照片带有 EXIF 时间，但无法读取
   *[both] 照片带有 EXIF 位置和时间，但无法读取
}
photo-hint = { $hint }，仅供参考。
photo-hints = { $first }；{ $second }，仅供参考。

## Check-ins: device

signature-valid = 签到由本人登记的设备签名。
signature-missing = 本人登记过设备，但此次签到没有签名，需人工核实。
signature-unknown-key = 签名所用密钥尚未由本人登记；登记后会重新评判。
signature-revoked = 签名所用设备已由本人注销，需人工核实。
signature-invalid = 签名与签到内容对不上：可能是内容被改动，也可能只是书写格式不同，需人工核实。
signature-unclear = 所签文本没有写明、或无法比对：{ $members }，需人工核实。
signature-altered = 签到内容与设备所签内容不同：{ $members }。
device-shared = { $people ->
    [0] 近期没有他人用此设备签到。
   *[other] 近期另有 { $people } 人用此设备签到。
}
device-new = 本人此前用另一台设备签到，仅供参考。
developer-mode = 手机开启了开发者选项，仅供参考。

## Evidence chain and bundles

chain-broken = 第 { $sequence } 个链节不成立：{ $fault }
chain-out-of-sequence = 此处却是第 { $found } 个链节
chain-of-another-genesis = 它不是从本系统的起点开始的
chain-of-another-previous = 它所指的前一链节与实际不符
chain-hash-wrong = 它的哈希与内容不符
bundle-unreadable = 文件无法读取：{ $error }
bundle-cut-short = 文件在第 { $offset } 字节处中断
bundle-structure = 第 { $offset } 字节处的结构不是证据包的结构
bundle-too-large = { $what }超过允许的大小
bundle-file = 文件
bundle-members = 成员个数
bundle-member = { $member }
bundle-chain-line = 链的第 { $line } 行
bundle-member-named = 有一个成员名为 { $name }
bundle-member-twice = { $member } 出现了两次
bundle-out-of-order = { $member } 的次序不对
bundle-member-missing = 缺少 { $member }
bundle-member-unreferenced = 没有链节提到 { $member }
bundle-other-bytes = { $member } 的内容与其名称不符
bundle-other-checksum = { $member } 的内容与其头部的校验和不符
bundle-key = { $member }：{ $error }
bundle-line = 链的第 { $line } 行{ $error }
bundle-line-end = 链的最后一行没有结尾
bundle-entry = 第 { $sequence } 个链节：{ $fault }
bundle-other-head = 第 { $sequence } 个链节不是曾经公布的那一个
bundle-manifest-malformed = 清单{ $error }
bundle-format = 证据包的格式是 { $found }，不是 { $wanted }
bundle-unlisted = 清单没有列出 { $member }
bundle-states-other-member = 清单所列 { $member } 的长度或 SHA-256 与实际不符
bundle-states-other-chain = 清单所列链的起点或终点与实际不符
bundle-states-other-absent = 清单所列缺失的照片与实际不符
entry-payload = 它既没有内容也没有内容的摘要，或两者都有
entry-kind = 它的内容属于另一种类
entry-check-in = 它的签到无法读取：{ $error }
entry-repeated = 它的签到先前已有记录
entry-other-submission = 所签内容的 id 不同
entry-other-text = 所签内容与签到不同
entry-submission = 所签内容无法重新写出：{ $error }
json-of-another-shape = 不是所要求形式的 JSON：{ $error }
json-not-canonical = 不是规范形式（RFC 8785）

## Phones' keys and signatures

key-not-base64 = 公钥不是 base64
key-encoding = 公钥既不是 SubjectPublicKeyInfo（DER），也不是 65 字节的未压缩点
key-of-another-algorithm = 公钥不是椭圆曲线公钥
key-on-another-curve = 公钥所用的曲线不是 P-256
key-compressed = 公钥的点是压缩的：请发送未压缩的点
key-at-infinity = 公钥是无穷远点
key-not-on-curve = 公钥的点不在 P-256 上
signature-not-base64 = 签名不是 base64
signature-encoding = 签名既不是 64 字节（IEEE P1363），也不是 DER 形式的两个整数
signature-out-of-range = 签名中的数超出范围
signature-mismatch = 签名与内容和公钥不符

## The server's clock

clock-before-build = 时钟早于本程序的编译时间 { $built }
clock-behind-records = 时钟比最新的记录（{ $newest }）慢 { $seconds } 秒
clock-doubts = { $first }；{ $next }
clock-off-database = 时钟比数据库的时钟{ $behind ->
    [yes] 慢
   *[no] 快
} { $seconds } 秒

## What does not work

of-another = { $error }
of-database = 数据库：{ $error }
of-objects = 照片存储：{ $error }
of-file = { $path }：{ $error }
of-line = { $path } 第 { $line } 行：{ $error }
start-cannot-listen = 无法监听 { $address }：{ $error }
start-going-down = 有人正在撤回数据库的迁移：请等其完成，再运行 `onsite migrate`
start-lacks-migrations = 数据库还缺 { $migrations } 个迁移；请先运行 `onsite migrate`，或以 --migrate 启动
start-photos = 照片：{ $error }
start-by-a-wrong-clock = 本机时钟显示 { $now }，这不可能：{ $doubts }。请校准时钟（`timedatectl set-ntp true` 或 `timedatectl set-time …`）后再启动；若时钟正确而上述依据有误，请以 --trust-clock 启动
setting-invalid = { $setting } = { $value }：{ $right }
setting-out-of-range = 须为 { $least } 至 { $most }
setting-less-than = 不得小于 { $other }（{ $least }）
setting-without-documents = 这样什么都不能查询：请在 http.documents 给出存放查询文档的目录
setting-no-url = 须为 http 或 https 网址，末尾不带斜杠，例如 https://onsite.example
setting-no-origin = 须为协议、主机和必要的端口，例如 https://dashboard.example；不能用通配符
setting-filter-unread = 无法读取：{ $error }；请写成 info,sqlx=warn 之类
setting-filter-silent = 会使日志完全无声：请给出级别，例如 error 或 info，或为以 `{ $own }` 开头的给出级别，例如 { $own }=debug
backup-none = { $path } 中没有完成的备份
backup-of-another-form = 备份的格式为 { $found }，本程序读取格式 { $known }
backup-altered = { $path }：与清单不符，已被改动或损坏
restore-rows = 表 { $table } 的行：{ $error }
restore-not-empty = 数据库不是空的：{ $table } 有 { $rows } 行。请恢复到新的数据库。
restore-foreign = 数据库中有不属于 Onsite 的表 { $table }。请恢复到新的数据库。
restore-newer = 备份由 Onsite { $version } 制作，含有本程序不认识的迁移 { $migration }
restore-column = 备份的 { $table }.{ $column } 属于本程序不认识的类型：{ $kind }
restore-count = { $table } 有 { $found } 行，而备份有 { $expected } 行
restore-newer-tables = 备份的行与已有的较新的表不相符。请恢复到没有表的数据库。

## Sites: boundaries that may be wrong

wind = { $wind ->
   *[north] 北
    [north-east] 东北
    [east] 东
    [south-east] 东南
    [south] 南
    [south-west] 西南
    [west] 西
    [north-west] 西北
}
boundary-sightings = { $check-ins } 次签到（{ $people } 人，{ $days } 天）除位置外没有疑点，集中在现场{ $wind }侧、边界外约 { $distance } 米处
boundary-of-another-datum = { $sightings }；若边界是按 { $datum } 坐标绘制的，则都在现场内，请核对边界的坐标系。
boundary-drawn-wrongly = { $sightings }；边界可能画错了，请核对。

## Sites: coordinates and boundaries

coordinate-out-of-range = { $field ->
    [latitude] 纬度
   *[longitude] 经度
} { $value } 不在 -{ $limit } 到 { $limit } 度之间
place = { NUMBER($latitude, minimumFractionDigits: 6) }, { NUMBER($longitude, minimumFractionDigits: 6) }
ring = 第 { $part } 部分第 { $ring } 环
boundary-not-geojson = 不是 GeoJSON（{ $detail }）；其格式见 RFC 7946
boundary-not-a-polygon = 这是 GeoJSON { $found }；请提供 Polygon 或 MultiPolygon，或只含其一的一个 Feature
boundary-empty = 边界为空；每一部分至少要有一个由四个位置组成的环
boundary-too-many-rings = 边界有 { $count } 个环；最多 { $most } 个
boundary-too-many-vertices = 边界有 { $count } 个位置；请简化到 { $most } 个以内
boundary-too-few-positions = { $ring }只有 { $count } 个位置；至少需要四个与相邻位置不同的位置，且首尾相同
boundary-not-closed = { $ring }没有闭合；请以第一个位置作为最后一个位置
boundary-coordinate = { $ring }第 { $position } 个位置：{ $error }；GeoJSON 先写经度，后写纬度
boundary-too-large = { $ring }离边界的第一个位置超过 { $reach } 公里；请提供单个现场的边界
boundary-no-area = { $ring }几乎没有面积；请提供比手掌更宽的环
boundary-crosses-itself = { $ring }在 { $near } 附近与自身相交或相接；除首尾闭合处外，环不得与自身相遇
boundary-rings-cross = { $first }与{ $second }在 { $near } 附近相交或共边；请合并或分开绘制
boundary-hole-outside-shell = { $ring }是孔，却不在所属部分的外环之内；请移到外环之内，或单独作为一个部分
boundary-nested = { $ring }位于另一个孔或另一个部分之内；请删去
boundary-too-intricate = 边界过于复杂，无法检查：边太长、太多且彼此并列；请简化
radius-out-of-range = 半径 { $radius } 米不在 { $least } 到 { $most } 米之间
boundary-not-a-line = 这是 GeoJSON { $found }；请提供 LineString 或 MultiLineString，或只含其一的一个 Feature
line-too-many-positions = 线有 { $count } 个位置；请简化到 { $most } 个以内
line-too-short = 第 { $line } 条线没有两个不同的位置；至少需要两个
line-coordinate = 第 { $line } 条线第 { $position } 个位置：{ $error }；GeoJSON 先写经度，后写纬度
line-too-long = 线离其中点超过 { $reach } 公里；请分成几个现场，每个不超过 { $length } 公里
line-too-intricate = 就其宽度而言，线过于曲折、自交过多；请简化
width-out-of-range = 宽度 { $width } 米不在 { $least } 到 { $most } 米之间

## Photos: inspection

photo-too-many-bytes = 文件有 { $bytes } 字节，最多只检查 { $limit } 字节
photo-unknown-format = 文件不是 JPEG、PNG 或 HEIC 图片
photo-truncated = 文件不完整，图片未结束
photo-malformed = 文件已损坏
photo-empty = 图片尺寸为 { $width } × { $height } 像素，没有内容
photo-too-many-pixels = 图片尺寸为 { $width } × { $height } 像素，超过可检查的范围
photo-too-many-scans = 图片分 { $scans } 遍绘制，超过可处理的范围
photo-too-much-memory = 解码图片需要 { $bytes } 字节内存，最多允许 { $limit } 字节
photo-unsupported = 图片类型不受支持
photo-undecodable = 图片无法解码
photo-hint-no-exif = 照片没有 EXIF 信息。
photo-hint-exif-unusable = 照片的 EXIF 信息无法读取或不可能属实。
photo-hint-screenshot = 照片可能是截屏。
photo-hint-edited = 照片由图像编辑软件保存。
photo-hint-saved-again = 照片由其他程序重新保存。
photo-hint-multi-picture = 照片文件中还有其他图像。
photo-hint-trailing-data = 照片文件在图像结束后还有内容。
photo-hint-animated = 图片是动画，只检查了静态画面。
photo-hint-featureless = 照片上看不出内容。

## Objects over HTTP

object-signature-invalid = 链接签名无效
object-url-expired = 链接已过期
object-not-found = 对象不存在
object-exists = 对象已存在
object-length-required = 缺少 Content-Length
object-too-short = 字节数少于链接所限定的长度
object-too-long = 字节数超过链接所限定的长度
object-of-another-type = 内容类型与链接所限定的不符
object-of-another-digest = 内容摘要与链接所限定的不符
object-too-slow = 上传过慢
object-store-full = 存储空间不足
object-store-unavailable = 存储暂不可用

## Rosters

roster-too-large = 文件过大：最多{ $limit } MiB，名单以外的图片和工作表请删去。
roster-not-readable = 无法读取文件：请另存为不带密码的 Excel 工作簿（.xlsx），或“CSV UTF-8（逗号分隔）”。
roster-blank = 文件是空的。
roster-too-many-rows = 表格超过{ $most }行，请分成几个文件。
roster-cell-too-long = 单元格{ $cell }超过{ $most }个字符。
roster-cell-error = 单元格{ $cell }是公式错误，请改成文字。
roster-no-headings = 前{ $lines }行内找不到表头。表头应为：{ $headings }。
roster-column-missing = 缺少【{ $heading }】一列。表头现有：{ $found }。
roster-column-repeated = 【{ $heading }】一列出现{ $times }次。表头现有：{ $found }。
roster-without-projects = 表头下面没有项目。
roster-cell-empty = 此格不能为空。
roster-number-invalid = 序号应为正整数。
roster-number-repeated = 序号{ $number }与第{ $first }行重复。
roster-project-repeated = 项目名称与第{ $first }行重复。
roster-name-too-long = 姓名超过{ $most }个字。
roster-name-unclear = 分不清姓名到哪里为止：请先写姓名（2至4个汉字，可含“·”），空一格，再写{ $then ->
    [phone] 电话
   *[title] 职务
}。
roster-title-missing = 缺少职务：请在姓名后空一格，再写职务。
roster-phone-missing = 缺少联系电话：请在姓名后写一个电话号码，其后不要再写文字。
roster-phone-invalid = 电话号码应为{ $fewest }至{ $most }位数字，每格只写一个号码。

## Site files

sites-too-large = 文件过大：最多{ $limit } MiB。
sites-not-readable = 文件不是 UTF-8 编码的 JSON：第{ $line }行第{ $column }列有误。
sites-not-geojson = 文件不是 GeoJSON 的 FeatureCollection。
sites-empty = 文件中没有要素。
sites-too-many = 要素超过{ $most }个，请分成几个文件。
sites-other-crs = 坐标系是“{ $found }”，应为 WGS-84（EPSG:4326 或 CRS84）：请转换坐标后重新导出；国内地图的坐标用 datum 写明 GCJ02 或 BD09。
sites-unknown-property = 没有名为“{ $name }”的属性；是否应为 { $meant }？若不是，请删去。
sites-misplaced-property = “{ $name }”不在要素的 properties 之内，不会被读取；请写成其中的 { $meant }，或删去。
site-not-a-feature = 不是 GeoJSON 的 Feature。
site-properties-malformed = properties 应为 JSON 对象，其中的数字不可过大（{ $detail }）。
site-repeated = 与第{ $first }个要素是同一项目的同名现场，请写不同的名称。
site-project-number = 项目序号应为正整数，而这里是 { $number }。
site-project-missing = 缺少项目名称或序号。
site-text-too-long = 超过{ $most }个字符。
site-not-a-text = 应为文字。
site-datum-unknown = 坐标系应为 WGS84、GCJ02 或 BD09。
site-metres-out-of-range = 应在{ $least }到{ $most }米之间。
site-metres-no-number = 应为数字（米）。
site-geometry-missing = 缺少图形。
site-geometry-malformed = 图形不符合 GeoJSON 格式。
site-geometry-unsupported = 图形应为 Polygon、MultiPolygon、Point、LineString 或 MultiLineString。
site-coordinates-malformed = 坐标应为［经度, 纬度］，单位为度。
site-point-without-radius = Point 须有半径（米）。
site-radius-without-point = 只有 Point 才写半径；面的外扩请用 toleranceMeters。
site-line-without-width = LineString 和 MultiLineString 须有宽度（米）。
site-width-without-line = 只有 LineString 或 MultiLineString 才写宽度。

## Accounts: refusals

token-too-many = 每个账号最多 { $limit } 个令牌，请先撤销一个。
token-name = 名称须为 1 至 { $limit } 字。
token-without-scope = 请至少选择一项权限。
token-lifetime = 有效期须在今后 { $days } 天之内。
login-taken = 此账号名已被使用。
person-name-too-long = 姓名最多 { $limit } 字。
person-not-on-record = 名册中没有“{ $name }”。
person-not-the-only-one = 名册中有 { $people } 人名为“{ $name }”。
account-needs-person = 工作人员账号须对应名册中的一人。
login-malformed = 账号须为 2 至 64 个字母、数字、点、短横或下划线。
administrator-exists = 已有管理员。如确需再建一个，请加 --another。
attempts-too-many = 尝试次数过多，请在 { $seconds } 秒后重试。
text-too-long = 最多 { $limit } 个字符。
password-wrong = 密码不正确。
subject-malformed = 标识须为 1 至 255 个字节。
identity-linked-already = 此账号或此标识已有关联，请先取消关联。
administrator-last = 这是最后一名管理员，请先另设一名。
password-too-short = 密码至少 { $least } 个字符。
password-is-login = 密码不能与账号相同。
password-guessed = 此密码容易被猜中：{ $reason }。请另选一个，例如几个互不相干的词。
password-common = 它与最常用的密码相同或相近
password-personal = 其中含有您的账号、姓名或单位
password-keyboard = 它由键盘上相邻的键组成
password-repeats = 它是重复的字符
password-sequence = 它是连续的数字或字母
password-date = 它是日期或年份
password-name = 它是常见的人名
password-word = 它主要是一个词
password-simple = 它的变化太少
code-needed = 请同时给出验证器应用中的六位验证码，或一个恢复码。
code-wrong = 验证码不正确、已用过或已过期。
second-factor-there = 此账号已启用第二因素。
second-factor-not-there = 此账号没有第二因素。
device-name-with-null = 设备名称不能含有空字符。
credentials-wrong = 账号或密码不正确，或账号已停用。
password-to-be-changed = 此密码由管理员发放，只能用一次：请同时给出您自己的新密码。
single-sign-on-not-offered = 本系统未启用统一身份认证。
single-sign-on-failed = 统一身份认证登录未成功，请重新开始；如仍不成功，请联系管理员。
provider-unavailable = 统一身份认证服务暂时不可用，请稍后重试，或以密码登录。

## Check-ins: refusals

milliseconds-missing = 请给出 { $name }（毫秒）。
milliseconds-differ = { $name } 与 { $former } 不一致；只需给出 { $name }。
batch-too-large = 一批最多 { $limit } 次签到，收到 { $items } 次；请分批发送。
public-key-malformed = 公钥须为 P-256 公钥：{ $error }
store-unavailable = 照片存储暂时无法访问，此项没有记录；请稍后原样重试。
server-fault = 服务器出现故障，此项可能没有记录；请稍后用同一 id 原样重试。
photo-not-uploaded = 照片尚未上传完成，请先上传再签到。
photo-not-as-announced = 上传的照片与申报的大小或类型不符，请重新申请上传。
id-used-otherwise = 此 id 已用于另一次签到，内容不同；每次签到请在手机上生成新的 UUID。
not-on-team = 签到当日您不在该项目的服务团队中。
project-closed-at-capture = 该项目在签到时已结束。
photo-used-already = 这张照片已用于另一次签到。
device-name-too-long = 设备名称最多 100 字。
challenge-not-fresh = 请用十分钟内发放给本人的随机码。
challenge-signature-wrong = 签名与随机码不符。
device-too-many = 每人最多登记 { $limit } 台设备。
photo-content-type = 照片类型须为 { $types } 之一。
photo-size = 照片大小须为 1 至 { $limit } 字节。
photo-sha256 = SHA-256 须为 64 位十六进制数字。
store-nearly-full = 照片存储空间不足，暂不能上传；请联系管理员，或先不带照片签到。
photos-waiting = 您有 { $photos } 张照片（{ $mib } MiB）等待签到使用，最多 { $most } 张、共 { $most-mib } MiB；请先签到，或等到期自动删除。
trial-too-large = 一次最多试算 { $most } 次签到，此期间有 { $count } 次；请缩短期间，或用命令 onsite reassess。
rejudgement-left = 照片存储暂时无法访问，{ $check-ins } 次照片丢失的签到未重新评判；请稍后再评判一次。
policy-unknown = 没有第 { $version } 版规则。
rejudgement-without-reason = 请写明重新评判的理由。
note-malformed = 最多 { $limit } 字，且不能含有空字符。
rejudgement-too-large = 一次最多重新评判 { $limit } 次签到，此期间有 { $count } 次；请缩短期间，或用命令 onsite rejudge。
appeal-without-reason = 请写明申诉理由。
appeal-photos-too-many = 申诉最多附 { $limit } 张照片。
review-own = 不能审核自己的签到。
review-of-superior = 不能审核上级的签到。
review-by-same-person = 申诉须由另一人审核。
review-by-office-only = 只有领导小组办公室可以审核。
review-unexplained = 审核结论须为通过或不通过，且理由须与结论相符。
review-too-early = 照片仍在核验，请稍后再审核。
appeal-by-subject-only = 只有本人可以申诉。
appealed-before = 此次签到已申诉过。
appeal-not-open = 只能在不通过后 { $days } 天内申诉。
fix-missing = 给出其他定位前须先给出 fix。
project-not-named = 未指明项目，没有记录签到；请从最近的现场中选择一个，再用同一 id 签到。
id-nil = id 不能是全零 UUID，请在手机上生成随机 UUID。
year-digits = 年份须为四位数。
captured-after-sending = 签到时间晚于发送时间，两者须取自同一手机时钟；手机时钟不准时请给出开机时长 uptime，据此推算。
captured-too-long-ago = 签到时间早于发送时间 366 天以上，无法记录；手机时钟不准时请给出开机时长 uptime，据此推算。
photos-too-many = 每次签到最多 { $limit } 张照片，收到 { $count } 张。
photo-listed-twice = 同一张照片列出了两次。
note-too-long = 备注最多 { $limit } 字，收到 { $length } 字。
note-with-null = 备注不能含有空字符。
latitude-out-of-range = 纬度须在 -90 至 90 度之间。
longitude-out-of-range = 经度须在 -180 至 180 度之间。
accuracy-not-finite = 定位精度须为有限数值（米）；未知时填 0。
fixes-too-many = 其他定位最多 { $limit } 次。
text-not-ascii = 须为最多 { $limit } 个可见 ASCII 字符。
signed-text-malformed = 最多 { $limit } 字节，且不能含有空字符。
uptime-malformed = 开机时长须为非负数，发送时不小于签到时，且不超过一百年。

## Policy: refusals

policy-unusable = 规则不可用：{ $error }
policy-none = 没有任何规则版本：数据库是否已更新？
policy-version-unusable = 第 { $version } 版规则：{ $error }
policy-weekly-visits-out-of-range = 每周到访次数须为 0 至 7（一次到访即一个当地日），而这里是 { $found }
policy-tolerance-out-of-range = 允许偏差须为 0 至 500 米，而这里是 { $found }
policy-accuracy-limit-out-of-range = 精度上限须大于 0、不超过 1000 米，而这里是 { $found }
policy-fix-age-limit-out-of-range = 定位时长上限须为 1 至 3600 秒，而这里是 { $found }
policy-skew-limit-out-of-range = 时钟偏差上限须为 1 至 86400 秒，而这里是 { $found }
policy-photo-reason-missing = 是否需要照片，须写明理由
policy-time-zone-unknown = 时区须为 IANA 名称，例如 Asia/Shanghai，而这里是 { $found }
policy-thresholds-malformed = thresholds：{ $error }
policy-threshold-out-of-range = 限值 { $name } 超出范围
policy-without-reason = 请写明采用新规则的理由。

## Projects: refusals

project-ambiguous-in-roster = “{ $name }”可能是已有项目中的几个（{ $projects }），请写成其中之一。
project-not-on-record = 没有项目“{ $name }”，请先导入名册。
project-ambiguous = “{ $name }”对应多个项目（{ $projects }），请写明完整的项目名称。
site-named-twice = 与第{ $first }个要素同为项目“{ $project }”的现场“{ $site }”；若是另一地块，请用 site 写不同的名称。
project-closed-already = 该项目已经结束。
role-holder-later = “{ $project }”的现任自 { $since } 起任职，不能由他人自 { $from } 起接任；请用更晚的日期。

## Refusals of every kind

rejudgement-by-office-only = 只有领导小组办公室可以重新评判。
project-not-found = 没有这个项目，或您无权查看。
account-without-person = 此账号不对应任何人员，不能签到或上传照片。
administrators-only = 只有管理员可以管理账号。
account-not-found = 没有这个账号。
session-not-found = 没有这个登录会话，或已结束。
token-not-found = 没有这个令牌，或已失效。
check-in-not-found = 没有这次签到，或您无权查看。
photo-not-found = 没有这张照片，或不是您申请上传的；上传后一天内未用于签到的照片会被删除，请重新上传。

## Visits: refusals

period-reversed = to 不能早于 from。
period-too-long = 期间最长 { $limit } 天，收到 { $days } 天；请分段进行。

## Who may, by the table of permissions

who-visitor = 未登录者
who-enrolling = 正在设置第二因素者
who-staff = 工作人员
who-analyst = 分析人员
who-office = 办公室
who-administrator = 管理员
near-own = 本人的
near-team = 本团队的
near-unit = 本单位负责的
near-any = 全部
granted = { $relation }：{ $whose }
granted-beside = { $before }；{ $next }
granted-to-everybody = 所有人
granted-to-nobody = 无人
granted-with-its-holder = 可读取其所属内容者

## Requests: what the viewer may ask

fault = 服务器出现故障，请稍后重试。
database-unavailable = 数据库暂时不可用，请稍后用同一编号重试。
sign-in-first = 请先登录。
session-unknown = 登录已失效，请重新登录。
session-ended = 登录已失效，请重新登录。
token-scope-too-narrow = 此令牌的权限不包括这类操作：READ 用于查询，SUBSCRIBE 用于订阅，更改须登录。
role-may-not =
    { $action ->
        [change] 您的角色无权进行此项操作；可操作者 – { $who }。
        [follow] 您的角色无权订阅此项；可订阅者 – { $who }。
       *[read] 您的角色无权查询此项；可查询者 – { $who }。
    }
second-factor-to-be-set-up = 您的角色必须启用第二因素：请先用 beginTotpEnrolment 和 confirmTotpEnrolment 设置。
schema-not-yours = 您无权查询模式结构。

## Requests: arguments

date-malformed = 日期形如 2026-11-22
milliseconds-malformed = 毫秒数须为 0 至 { $most } 的整数
first-and-last = first 与 last 只能给出一个。
size-out-of-range = { $argument } 须为 1 至 { $most }。
cursor-of-another-list = { $argument } 不是此列表给出的游标。
cursor-of-another-subscription = after 不是此订阅给出的游标。
events-forgotten = 此游标之后的部分事件已不再保留，请重新查询后从当前开始订阅。
id-of-another-type = { $argument } 不是此类对象的 id。
login-prefix-malformed = loginPrefix 须为账号的开头：至多 64 个字母、数字、点、短横或下划线。
name-filter-too-long = 名称关键字最多 { $limit } 字。
name-filter-with-null = 名称关键字不能含有空字符。
years-out-of-range = 日期须在 { $first } 至 { $last } 年之间。
weeks-too-many = 一次最多查询 { $limit } 周。

## Requests: limits

limit-exceeded = 请求超出限制 { $limit }：{ $found }，最多 { $allowed }。{ $advice }
ask-for-smaller-pages = 请缩小 first 或 last，或少选嵌套字段。
send-in-parts = 请分批发送。
split-into-requests = 请分次查询。
limit-used-up = 已用完限额 { $limit }，请 { $seconds } 秒后重试。
given-up = 超过时限 seconds（{ $seconds } 秒），请分次查询。
too-much-waits = 此连接上待取的响应过多（waitingBytesPerConnection），请先读取，{ $seconds } 秒后重试。
streams-too-many = 同时打开的连接已达限额 streamsPerViewer（{ $most }），请先关闭一些。

## Requests: documents and operations

# Of what the library finds, the detail is the library's own English.

document-invalid = 文档未通过校验：{ $detail }
argument-invalid = 参数有误：{ $detail }
syntax-error = 语法错误。
syntax-error-at = 第 { $line } 行第 { $column } 列有语法错误。
operation-defined-twice = 操作名须唯一：{ $name } 在第 { $first } 行和第 { $second } 行都有定义。
fragment-defined-twice = 片段名须唯一：{ $name } 在第 { $first } 行和第 { $second } 行都有定义。
fragment-spreads-itself = 片段 { $name } 引用了自身。
anonymous-operation-not-alone = 第 { $line } 行的匿名操作须是唯一的操作，第 { $other } 行另有一个。
operation-missing = 文档中没有操作。
operation-unknown = 文档中没有 operationName 所指的操作。
operation-not-named = 文档含有多个操作，请用 operationName 指明一个。
document-nested-too-deeply = 文档的嵌套太深。
variable-of-another-type = 变量 ${ $name } 应为 { $kind }。
typename-stands-alone = __typename 没有参数，也没有下级字段。
subscription-root-fields = 一个订阅只能有一个根字段。
subscription-needs-stream = 订阅须经 WebSocket（graphql-transport-ws）或 Accept: text/event-stream。

## Requests over HTTP

host-malformed = 请求应有且只有一个有效的 Host 头。
origin-not-allowed = 此来源的网页不可访问；设置 http.allowed_origins 列出可访问的来源。
method-of-another-kind = 请用 POST；查询也可以用 GET。
get-is-for-queries = GET 仅用于查询，请用 POST。
nothing-acceptable = Accept 应为 application/graphql-response+json、application/json 或 text/event-stream。
body-of-another-type = 请以 UTF-8 编码的 application/json 发送请求，不要用 Content-Encoding。
request-too-slow = 请求发送得太慢。
request-broke-off = 请求中断了。
requests-in-batch = 不接受批量请求，请逐个发送。
body-not-json = 请求正文不是 JSON，错在第 { $line } 行第 { $column } 列。
request-malformed-at = 第 { $line } 行第 { $column } 列：{ $mistake }
query-string-malformed = 查询字符串格式不正确。
query-missing = 请求缺少文本 "query"。
parameter-twice = 参数 { $name } 出现了两次。
parameter-not-an-object = 参数 { $name } 不是 JSON 对象：{ $mistake }
json-of-another-type = 类型不符（应为 { $expected }）。
json-given-twice = 重复给出（{ $what }）。
json-not-a-request = 请求格式不正确。

## Requests that name a document

# Clients look for the English of the first two, word for word.

persisted-query-not-found = 此处没有所指的文档，请发送全文。
persisted-query-not-supported = 仅支持 persistedQuery 的版本 1。
document-id-malformed = 没有此 documentId 的文档；documentId 以 sha256: 开头。
document-missing = 请求既没有给出文档，也没有指明文档。
document-of-another-hash = SHA-256 与文档不符。
document-not-listed = 此服务器只执行登记过的文档，这份不在其中。
documents-differ = documentId 与 extensions.persistedQuery 所指的不是同一份文档；请只给出一个。
