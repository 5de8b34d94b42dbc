### Chinese (中文).

number = { $number }
list-separator = 、

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
